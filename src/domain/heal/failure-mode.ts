import { withBullet } from '../directive-bullet.ts';

/** A directive with one more line under Known Failure Modes, which is all that a repair may change about it. */
export const withFailureMode = (
  text: string,
  { file, vars }: { file: string; vars: readonly string[] },
  mode: string,
): ReturnType<typeof withBullet> => withBullet(text, { file, vars, section: 'Known Failure Modes' }, mode);
