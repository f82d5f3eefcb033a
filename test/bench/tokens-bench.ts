import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { parseDirective } from '../../src/domain/directive.ts';
import { EMPTY_STATE } from '../../src/domain/ledger-state.ts';
import { computeOptions, type Option } from '../../src/domain/option.ts';
import { decisionPrompt } from '../../src/prompts/decide.ts';
import { sampleEntries } from './ledger-samples.ts';
import type { Benchmark, BenchTable, Cell } from './table.ts';
import { TWELVE_DIRECTIVES } from './twelve-directives.ts';

/** What a decision sends, counted with o200k. */
export const tokensBench: Benchmark = { name: 'tokens', run: async () => benchTokens() };

function benchTokens(): BenchTable {
  const now = new Date('2026-03-04T14:30:00Z');
  const recent = sampleEntries(3, now);
  const lessons = [
    { id: 'L1', claim: 'Deploys after 18:00 UTC fail more often: the free tier of the host is used up by then.' },
    { id: 'L2', claim: 'Posts about migrations are read twice as often as posts about features.' },
  ];
  const streaks = { site_health: 2 };
  const prompt = decisionPrompt({ now, options: twelveOptions(now), recent, lessons, streaks });
  const parts = [prompt.system, prompt.user, JSON.stringify(prompt.schema)].map((text) => countTokens(text));
  const [system = 0, user = 0, schema = 0] = parts;
  const rows: Cell[][] = [
    ['Steward', system, user, schema, system + user + schema],
    ['agent command lines, tuned', undefined, undefined, undefined, 3400],
    ['agent command lines, default', undefined, undefined, undefined, '14 000-17 000'],
  ];
  return {
    title: 'Tokens sent for one decision with 12 directives (o200k)',
    columns: ['who', 'system', 'user', 'schema', 'total'],
    rows,
    notes: [
      '12 options (3 with open inputs), 3 last entries, 2 lessons. The others are published figures. Aim: at most 1 500.',
    ],
  };
}

/** All twelve due, none done. */
function twelveOptions(now: Date): Option[] {
  const directives = Object.entries(TWELVE_DIRECTIVES).flatMap(([file, text]) => {
    if (!file.startsWith('directives/')) return [];
    const { directive, problems } = parseDirective(text, file);
    if (!directive) throw new Error(`${file}: ${JSON.stringify(problems)}`);
    return [directive];
  });
  return computeOptions({ now, directives, state: EMPTY_STATE, requests: [], secrets: new Set(), onlyRequests: false })
    .options;
}
