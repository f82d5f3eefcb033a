import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Launch } from '../script-process.ts';
import { bubblewrapArguments } from './bubblewrap.ts';
import { type Confinement, type Mode, SYSTEM_PATH } from './confinement.ts';
import { connectedPair } from './line-pair.ts';
import { ROOT_FOLDER, unshareCommand } from './namespaces.ts';
import { guardedText } from './shell.ts';

/** What to start so that the program runs confined. */
export async function confine(mode: Mode, confinement: Confinement): Promise<Launch> {
  if (mode.kind === 'bubblewrap') return bubblewrapped(mode, confinement);
  await mkdir(join(confinement.directory, ROOT_FOLDER));
  const command = unshareCommand(mode.file, confinement);
  if (mode.sudo === undefined) return guarded(confinement, command);
  // sudo passes on nothing but the three standard descriptors.
  const hasLine = confinement.hasLine;
  const line = hasLine ? { line: await connectedPair(confinement.directory) } : {};
  const shell = ['-n', '/bin/sh', '-c', guardedText(confinement, command, hasLine)];
  return { file: mode.sudo, args: shell, env: { PATH: SYSTEM_PATH }, isWrapped: true, isSelfEnding: true, ...line };
}

function bubblewrapped(mode: Mode & { kind: 'bubblewrap' }, confinement: Confinement): Launch {
  const args = bubblewrapArguments(confinement, mode.isRoot);
  const { whole, folders } = confinement.lent;
  if (mode.isRoot && whole.length + folders.length > 0) return guarded(confinement, [mode.file, ...args]);
  return { file: mode.file, args, env: {}, isWrapped: true };
}

function guarded(confinement: Confinement, command: readonly string[]): Launch {
  const args = ['-c', guardedText(confinement, command, false)];
  return { file: '/bin/sh', args, env: {}, isWrapped: true, isSelfEnding: true };
}
