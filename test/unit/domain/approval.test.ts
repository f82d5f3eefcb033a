import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { APPROVAL_VALID_MS, approvalPlan, approvalProblem } from '../../../src/domain/approval.ts';
import { hasMarker, markerComment } from '../../../src/domain/forge-words.ts';
import { directive, option } from '../../support/domain-samples.ts';

const publish = directive({
  name: 'publish',
  front: 'approval: required\nwrites: ["site/**"]\nsecrets: [VERCEL_TOKEN]\nforge: [issues.upsert]',
  inputs: '- topic: string (required)',
  tools: '- execution/write.ts --topic {topic}\n- execution/deploy.ts --prod',
});
const BLOBS = { 'directives/publish.md': 'b1', 'execution/write.ts': 'b2', 'execution/deploy.ts': 'b3' };
const COST = 'nothing, or at most $0.25 where a script asks a model';
const plan = (parts: Parameters<typeof option>[0] = {}, blobs: Readonly<Record<string, string>> = BLOBS) =>
  approvalPlan(option({ directive: publish, id: 'task:17', params: { topic: 'dust' }, ...parts }), blobs, COST);

describe('a plan', () => {
  it('shows what would run, with what, at what cost, and how to say yes or no', () => {
    const { body, title, digest, directive: name, occurrence } = plan();
    expect({ title, name, occurrence }).toEqual({
      title: 'Approval: may `publish` run?',
      name: 'publish',
      occurrence: 'task:17',
    });
    expect(body).toBe(`\`publish\` is due and its directive says \`approval: required\`. Released, the next cycle runs:

1. \`execution/write.ts --topic {topic}\`
2. \`execution/deploy.ts --prod\`

| input | value |
|---|---|
| \`topic\` | \`dust\` |

- changes in the repository: \`site/**\`
- secrets: \`VERCEL_TOKEN\`
- GitHub operations: \`issues.upsert\`
- cost: nothing, or at most $0.25 where a script asks a model
- occurrence: \`task:17\`, plan \`${digest}\`

To release exactly this, once, set the label \`steward:approved\`. It counts when somebody with write access sets it, and for
24 hours. To decline, close this issue.`);
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is another one when anything that would run is: occurrence, inputs, directive, scripts', () => {
    const others = [
      plan({ id: 'task:18' }),
      plan({ params: { topic: 'dirt' } }),
      plan({ params: { topic: 'dust', more: 1 } }),
      plan({}, { ...BLOBS, 'directives/publish.md': 'b9' }),
      plan({}, { ...BLOBS, 'execution/deploy.ts': 'b9' }),
    ];
    const digests = [plan(), ...others].map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(digests.length);
    expect(plan().digest).toBe(plan().digest);
  });

  it('says nothing of inputs and grants that there are none of', () => {
    const bare = directive({ front: 'approval: required' });
    const { body } = approvalPlan(option({ directive: bare, params: {} }), {}, COST);
    expect(body).not.toMatch(/\| input|secrets|GitHub operations|changes in the repository/);
  });

  it('shows any value in one cell of its table, as code', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          fc.json().map((text) => JSON.parse(text)),
        ),
        (topic) => {
          const row = plan({ params: { topic } })
            .body.split('\n')
            .find((line) => line.startsWith('| `topic`'));
          expect(row).toMatch(/^\| `topic` \| `[^`|\r\n]+` \|$/);
        },
      ),
    );
  });

  it('mentions nobody, and quotes no marker that would be taken for one once it is written', () => {
    const { body } = plan({ params: { topic: `@octo ${markerComment('approval:other')}` } });
    expect(body).toContain('| `topic` | `@octo <!-- steward:approval:other -->` |');
    // The forge adapters break quoted markers: test/unit/domain/forge.test.ts.
    expect(hasMarker(body, 'approval:publish')).toBe(false);
  });
});

const now = new Date('2026-03-04T14:30:00Z');
const label = (parts: Partial<Parameters<typeof approvalProblem>[0]> = {}) => ({
  by: 'ada',
  at: '2026-03-04T14:00:00Z',
  permission: 'write',
  ...parts,
});

describe('an approval', () => {
  it.each(['admin', 'write'])('counts from somebody who may %s', (permission) => {
    expect(approvalProblem(label({ permission }), now, undefined)).toBeUndefined();
  });

  it.each(['read', 'none', 'triage', ''])('does not count from somebody who may %s', (permission) => {
    expect(approvalProblem(label({ permission }), now, undefined)).toBe('ada has no write access');
  });

  it('counts for 24 hours, to the second', () => {
    const at = (ms: number) => new Date(now.getTime() - APPROVAL_VALID_MS - ms).toISOString();
    expect(approvalProblem(label({ at: at(0) }), now, undefined)).toBeUndefined();
    expect(approvalProblem(label({ at: at(1) }), now, undefined)).toBe('it is from 2026-03-03T14:29Z and has expired');
  });

  it('counts once: not for the next attempt at the same occurrence', () => {
    expect(approvalProblem(label(), now, '2026-03-04T14:10:00.000Z')).toBe('it was used already');
    expect(approvalProblem(label(), now, '2026-03-04T13:50:00.000Z')).toBeUndefined();
  });

  it('is used up in the very second of the attempt, which GitHub’s clock can not tell apart', () => {
    expect(approvalProblem(label({ at: '2026-03-04T14:10:00Z' }), now, '2026-03-04T14:10:00.000Z')).toBe(
      'it was used already',
    );
    expect(approvalProblem(label({ at: '2026-03-04T14:10:00Z' }), now, '2026-03-04T14:10:00.900Z')).toBe(
      'it was used already',
    );
    expect(approvalProblem(label({ at: '2026-03-04T14:10:01Z' }), now, '2026-03-04T14:10:00.900Z')).toBeUndefined();
  });

  it.each(['', 'yesterday', 'null'])('does not count with the time %j, which says nothing', (at) => {
    expect(approvalProblem(label({ at }), now, undefined)).toContain('has expired');
    expect(approvalProblem(label({ at }), now, '2026-03-04T14:10:00.000Z')).toBe('it was used already');
  });
});
