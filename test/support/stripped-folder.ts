import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the children of a test worker find sources without their types, as an agent's do: each starts in half the time. */
export const strippedFolder = join(tmpdir(), `steward-stripped-${process.env.VITEST_POOL_ID ?? process.pid}`);
