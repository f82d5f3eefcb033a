import { type Finding, fine } from '../../domain/finding.ts';
import type { Facts, ForgeFacts } from './facts.ts';

/** What the process stands on. */

const LEAST_NODE = [22, 18] as const;
const MOST_SKEW_MS = 2 * 60_000;

export function nodeVersion({ node }: Facts): Finding {
  const id = 'machine.node';
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const isNewEnough = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  if (isNewEnough) return fine(id, `Node ${node}`);
  return {
    id,
    status: 'fail',
    what: `Node ${node} is older than ${LEAST_NODE.join('.')}`,
    why: 'It does not run TypeScript as it is.',
    fix: 'In the repository `npm ci` installs a Node that fits, and npm scripts use it; on a runner: `runs-on: ubuntu-26.04`.',
  };
}

export function clockFinding(_: Facts, { clockAheadMs: ahead }: ForgeFacts): Finding {
  const id = 'machine.clock';
  const why = 'Slots come due, locks expire and leases are booked by this clock.';
  const fix = 'Set the clock by the network: `timedatectl set-ntp true`, or the date settings of the system.';
  if (ahead === undefined)
    return {
      id,
      status: 'unknown',
      what: "GitHub's clock can not be read",
      why,
      fix: 'Compare `date -u` with https://time.is/UTC.',
    };
  const seconds = Math.round(Math.abs(ahead) / 1000);
  if (Math.abs(ahead) <= MOST_SKEW_MS) return fine(id, "The clock agrees with GitHub's");
  const direction = ahead > 0 ? 'ahead of' : 'behind';
  return { id, status: 'warn', what: `The clock is ${seconds} s ${direction} GitHub's`, why, fix };
}
