/** The end of the job: nobody who finds the workspace finds the token. */
import { rmSync } from 'node:fs';

rmSync(process.env.STATE_credentials ?? '', { force: true });
