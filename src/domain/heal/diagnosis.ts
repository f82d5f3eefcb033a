import type { Failure } from '../record.ts';
import type { Exchange, Tape } from '../tape.ts';

/**
 * What is to blame for a failure, as far as code can tell before anything is asked of a model. `transient` opens nothing
 * at all; `input` and `environment` get no code; `protected` lies where no repair may go; `script` may be a bug.
 */
export interface Diagnosis {
  cause: 'script' | 'input' | 'environment' | 'transient' | 'protected';
  /** In one sentence, for people. */
  reason: string;
}

/** The failing script's file, and where on its stack the failure began. */
export function diagnose(failure: Failure, tape: Pick<Tape, 'exchanges'> | undefined, script: string): Diagnosis {
  if (failure.kind === 'conflict') return { cause: 'transient', reason: 'another writer was faster' };
  if (failure.kind === 'input')
    return { cause: 'input', reason: `it was called wrongly: ${firstLine(failure.message)}` };
  return fromExchanges(tape?.exchanges ?? []) ?? fromMessage(failure) ?? fromStack(failure, script);
}

const UNREACHED =
  /\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|UND_ERR\w*)\b|fetch failed|socket hang up|other side closed/i;

/** The last answer from outside is the one the script stumbled over, when that was no good answer. */
function fromExchanges(exchanges: readonly Exchange[]): Diagnosis | undefined {
  const last = exchanges.at(-1);
  if (last?.error !== undefined && last.kind !== 'git' && UNREACHED.test(last.error))
    return { cause: 'transient', reason: `a service could not be reached: ${firstLine(last.error)}` };
  if (last?.kind === 'generate' && last.answer && 'unavailable' in last.answer)
    return { cause: 'transient', reason: 'no model answered' };
  if (last?.kind === 'forge' && /not granted|denied|not accessible|forbidden/i.test(last.error ?? ''))
    return { cause: 'environment', reason: firstLine(last.error ?? '') };
  const status = last?.kind === 'fetch' ? last.response?.status : undefined;
  if (status === undefined) return undefined;
  const host = last?.kind === 'fetch' ? (URL.parse(last.request.url)?.host ?? '') : '';
  if (status === 429) return { cause: 'transient', reason: `${host} says that there were too many requests (429)` };
  if (status >= 500) return { cause: 'transient', reason: `${host} had a failure of its own (${status})` };
  if (status === 401 || status === 403) return { cause: 'environment', reason: `${host} refuses access (${status})` };
  return undefined;
}

function fromMessage({ message }: Failure): Diagnosis | undefined {
  const line = firstLine(message);
  if (/is not granted: the directive must say/.test(message)) return { cause: 'environment', reason: line };
  if (/\b(ENOSPC|EDQUOT|EMFILE)\b/.test(message)) return { cause: 'environment', reason: line };
  if (UNREACHED.test(message)) return { cause: 'transient', reason: `a service could not be reached: ${line}` };
  if (/\b(missing|no|invalid|expired|unknown|bad)\s+(api[ -]?key|token|credentials?|secret|password)\b/i.test(message))
    return { cause: 'environment', reason: line };
  return undefined;
}

/** Files of the checkout on a V8 stack, innermost first: `execution/x.ts`, `src/y.ts`. */
export function stackFiles(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    if (!/^\s+at /.test(line) || /node_modules|node:/.test(line)) return [];
    const path = /(?:^|.*[/\\(])((?:execution|src|test)[/\\][\w./\\-]+\.[cm]?[jt]s):\d+/.exec(line)?.[1];
    return path === undefined ? [] : [path.replaceAll('\\', '/')];
  });
}

/** What passes a call on to the agent: an error there is the answer to a call, not a fault of that code. */
const PLUMBING = /^src\/(child\/|script)/;

function fromStack({ log_tail, message }: Failure, script: string): Diagnosis {
  const innermost = stackFiles(log_tail).find((path) => !PLUMBING.test(path));
  if (innermost !== undefined && innermost !== script)
    return { cause: 'protected', reason: `it failed in ${innermost}, which no repair may touch` };
  return { cause: 'script', reason: firstLine(message) };
}

const firstLine = (text: string): string =>
  (text.split('\n').find((line) => line.trim() !== '') ?? '').trim().slice(0, 300);
