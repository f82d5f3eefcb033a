import { EMPTY_STATE } from '../../src/domain/ledger-state.ts';
import type { UnsealedRecord } from '../../src/domain/record.ts';
import { sealAll, stateText } from '../../src/flows/ledger-writer.ts';
import type { Tree } from './git-fixture.ts';
import { localServer } from './local-server.ts';
import { type ShellLab, shellLab, whereIs } from './shell-lab.ts';

/** How the watchdog reaches GitHub. */
export type Transport = 'gh' | 'curl';

/** The runner's shell at a moment: `date` says it, nobody sleeps, and there is `gh` or there is none. */
export async function watchdogLab(
  transport: Transport,
  nowMs: number,
  programs: Readonly<Record<string, string>> = {},
): Promise<ShellLab> {
  const own = {
    date: `[[ $* == +%s ]] && echo ${Math.floor(nowMs / 1000)}`,
    sleep: ':',
    ...(transport === 'gh' ? { gh: await fakeGh() } : {}),
    ...programs,
  };
  const tools = ['bash', 'dirname', 'git', ...(transport === 'curl' ? ['curl'] : [])];
  return shellLab(
    tools.filter((tool) => !(tool in own)),
    own,
  );
}

/** What a workflow gives the watchdog in its environment. */
export function watchdogEnvironment(transport: Transport, apiUrl: string): Record<string, string> {
  return {
    ...{ GITHUB_REPOSITORY: 'octo/house', STEWARD_BRANCH: 'main', STEWARD_PAUSED: '' },
    ...(transport === 'curl' ? { GITHUB_API_URL: apiUrl } : { FAKE_API_URL: apiUrl }),
  };
}

/**
 * As `gh api --include` of gh 2.23 speaks: the status line with a bare newline, headers with CRLF, an empty line, the
 * body as it came; status 1 and a word on standard error for a refusal; nothing but that word when nobody answers.
 */
async function fakeGh(): Promise<string> {
  return `
[[ "$1 $2 $3" == 'api --include --method' ]] || exit 2
method=$4 data=()
shift 4
if [[ $1 == --input ]]; then data=(--data-binary "$(${await whereIs('cat')})") && shift 2; fi
answer=$(${await whereIs('curl')} --silent --include --request "$method" --header "Authorization: token $GH_TOKEN" \
  "\${data[@]}" "$FAKE_API_URL/$1") || { echo "Get $1: connection refused" >&2; exit 1; }
printf '%s\\n' "\${answer/$'\\r'/}"
[[ $answer =~ ^HTTP/[0-9.]+\\ 2 ]] || { echo 'gh: refused' >&2; exit 1; }`;
}

/** A server that passes everything on to an API and writes its JSON over many lines, as GitHub does for some. */
export async function prettyProxy(apiUrl: string): Promise<string> {
  const url = await localServer(async (request, response, body) => {
    const answer = await fetch(`${apiUrl}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { authorization: request.headers.authorization ?? '' },
      ...(body === '' ? {} : { body }),
    });
    const text = await answer.text();
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(text === '' ? '' : `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
  });
  return url.replace(/\/$/, '');
}

/** A ledger of these records, as files. */
export function ledgerTree(records: readonly UnsealedRecord[]): Tree {
  const { lines, state } = sealAll(EMPTY_STATE, records);
  const days = new Map<string, string>();
  for (const { path, line } of lines) days.set(path, `${days.get(path) ?? ''}${line}\n`);
  return { ...Object.fromEntries(days), 'ledger/state.json': stateText(state) };
}
