import { writeFileSync } from 'node:fs';
import { configJsonSchema } from '../../src/domain/config.ts';

/** Writes .github/steward.schema.json, the editor's view of the config. A unit test fails when the two drift apart. */
const file = new URL('../../.github/steward.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
