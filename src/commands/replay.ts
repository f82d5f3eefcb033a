import type { composeMemory, readGivenFile } from '../compose-memory.ts';
import { AgentError } from '../domain/agent-error.ts';
import type { StewardConfig } from '../domain/config.ts';
import type { CommandHost } from './command-host.ts';

interface ReplayOptions {
  last: string;
  lessons?: string;
  directives?: boolean;
  model?: string;
  rebuildOnly?: boolean;
  json?: boolean;
}

/** What the command takes from the composition root, which loads only when it runs. */
interface Composition {
  composeMemory: typeof composeMemory;
  readGivenFile: typeof readGivenFile;
}

export function addReplayCommand({ addCommand, ...host }: CommandHost, load: () => Promise<Composition>): void {
  addCommand('replay', 'Make past decisions of a model once more and compare; nothing is carried out.')
    .option('--last <n>', 'how many decisions, from the newest', '20')
    .option('--lessons <file>', 'with the lessons of this file instead of those of the time')
    .option('--directives', 'with directives and config as they stand here now, uncommitted changes included')
    .option('--model <alias>', 'ask this model and no other')
    .option('--rebuild-only', 'ask no model: say which prompts can be made again')
    .option('--json', 'one object {matched, redecided, agreed, changed, tokens, cost, decisions, ...}')
    .action((options: ReplayOptions) => run(options, host, load));
}

async function run(
  options: ReplayOptions,
  host: Omit<CommandHost, 'addCommand'>,
  load: () => Promise<Composition>,
): Promise<void> {
  const last = Number(options.last);
  if (!Number.isSafeInteger(last) || last < 1)
    throw new AgentError('USAGE', { problem: `--last ${options.last}: expected a whole number from 1` });
  const [{ composeMemory, readGivenFile }, { withOnlyModel }, { givenLessons }, { replay }] = await Promise.all([
    load(),
    import('../flows/replay/only-model.ts'),
    import('../flows/replay/given-lessons.ts'),
    import('../flows/replay/replay.ts'),
  ]);
  const { lessons: file, model, directives, rebuildOnly, json } = options;
  const text = file === undefined ? undefined : await readGivenFile('--lessons', file);
  const { ports, setting } = await composeMemory({
    directory: host.directory(),
    isJson: json ?? false,
    ...(model === undefined ? {} : { adapt: (config: StewardConfig) => withOnlyModel(config, model) }),
  });
  const today = ports.clock.now().toISOString().slice(0, 10);
  const report = await replay(ports, setting, {
    last,
    isWithDirectivesOfToday: directives ?? false,
    isRebuildOnly: rebuildOnly ?? false,
    ...(file === undefined || text === undefined ? {} : { lessons: givenLessons({ text, file }, today) }),
  });
  if (json) return host.printJson(report);
  const { replayText } = await import('../view/replay-text.ts');
  host.print(replayText(report));
}
