import { FileDocuments } from '../../src/adapters/file-documents.ts';
import type { Tape } from '../../src/domain/tape.ts';
import { playTape, tapedSecrets } from '../../src/domain/tape-player.ts';
import { loadDirectives } from '../../src/flows/gather.ts';
import { runScript } from './run-script.ts';

/** Makes a recorded call again in `workspace`, and gives the signature with which it fails; undefined when it does not. */
export async function failureOnTape(workspace: string, tape: Tape): Promise<string | undefined> {
  const { directives } = await loadDirectives(new FileDocuments(workspace), []);
  const users = directives.filter(({ tools }) => tools.some(({ script }) => script === tape.script));
  const secrets = users.flatMap((directive) => directive.secrets);
  const player = playTape(tape, secrets);
  const { outcome } = await runScript({
    script: tape.script,
    workspace,
    input: tape.input,
    key: tape.key,
    now: new Date(tape.clock),
    writes: users.flatMap(({ writes }) => writes),
    spawn: ['git'],
    secrets: tapedSecrets(secrets),
    generate: player.generate,
    forge: player.forge,
    services: { fetch: player.fetch, git: player.git },
  });
  return outcome.status === 'failed' ? outcome.failure.signature : undefined;
}
