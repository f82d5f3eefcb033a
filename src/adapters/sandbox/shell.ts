import { type Confinement, NOBODY, SYSTEM_PATH } from './confinement.ts';

/** How much later than the agent's own timer the run ends by itself, so that the agent knows it for a timeout. */
const GRACE_SECONDS = 0.25;

/** One word of a shell command, whatever it holds. */
export const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

export const shellText = (commands: readonly (readonly string[])[]): string =>
  commands.map((words) => words.map(quoted).join(' ')).join('\n');

/**
 * Text for root's shell: runs `command` for its time, lends what the confinement lends, and takes it back however the
 * command ends.
 * @param lineInput the line to the agent comes in as standard input
 */
export function guardedText(confinement: Confinement, command: readonly string[], lineInput: boolean): string {
  const { timeoutMs, lent } = confinement;
  const [whole, folders] = [lent.whole, lent.folders].map((paths) => paths.map(quoted).join(' '));
  const { uid, gid } = lent.owner;
  const seconds = (timeoutMs / 1000 + GRACE_SECONDS).toFixed(3);
  return [
    `PATH=${SYSTEM_PATH}`,
    'umask 022',
    // The shell tells of what was killed, and must outlive that nobody may be left to hear it.
    'trap : PIPE',
    lineInput ? 'exec 3<&0 </dev/null' : '',
    whole && `chown -hR ${NOBODY}:${NOBODY} ${whole}`,
    folders && `chown ${NOBODY}:${NOBODY} ${folders}`,
    `timeout --signal=KILL ${seconds} ${command.map(quoted).join(' ')}`,
    'code=$?',
    (whole || folders) && `find ${whole} ${folders} -uid ${NOBODY} -exec chown -h ${uid}:${gid} {} +`,
    'exit $code',
  ]
    .filter(Boolean)
    .join('\n');
}
