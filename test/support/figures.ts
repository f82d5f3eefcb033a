import { appendFile } from 'node:fs/promises';
import type { Entry } from '../../src/domain/record.ts';
import { Tape } from '../../src/domain/tape.ts';
import type { AgentFixture } from './agent-fixture.ts';

/** What one run of an automation took, as its entry, its tapes and its commits say. */
export interface RunFigures {
  directive: string;
  result: Entry['result'];
  verification: Entry['verification'];
  /** Files it wrote, those of a proposal included. */
  files: number;
  /** Requests to the web and to the forge by its steps. */
  requests: number;
  forgeCalls: number;
  /** Texts that its steps had a model write; the decision is not among them. */
  texts: number;
  /** US dollars, of those texts. */
  cost: number;
  /** Of the steps and criteria, in seconds. */
  seconds: number;
}

/** Where STEWARD_FIGURES names a file, a line of JSON is added to it for each run. */
export async function noteFigures(agent: AgentFixture, entry: Entry | null, commit: string): Promise<void> {
  const file = process.env.STEWARD_FIGURES;
  if (!file || !entry || entry.steps.length === 0) return;
  const figures = await figuresOf(agent, entry, commit);
  await appendFile(file, `${JSON.stringify(figures)}\n`);
}

async function figuresOf(agent: AgentFixture, entry: Entry, commit: string): Promise<RunFigures> {
  const { decision, result, verification, steps, criteria, metrics, proposal } = entry;
  const exchanges = (await Promise.all(steps.map(({ tape }) => exchangesOf(agent, tape)))).flat();
  const texts = metrics.calls.filter(({ step }) => step !== undefined);
  const sum = (parts: readonly number[]) => parts.reduce((total, part) => total + part, 0);
  return {
    directive: decision,
    result,
    verification,
    files: await countFiles(agent, entry, proposal ?? `${commit}~1`),
    requests: exchanges.filter(({ kind }) => kind === 'fetch').length,
    forgeCalls: exchanges.filter(({ kind }) => kind === 'forge').length,
    texts: texts.length,
    cost: sum(texts.map(({ cost }) => cost)),
    seconds: sum([...steps, ...criteria].map(({ duration_s }) => duration_s)),
  };
}

async function exchangesOf(agent: AgentFixture, tape: string | undefined): Promise<Tape['exchanges']> {
  if (!tape) return [];
  const text = await agent.git('show', `HEAD:ledger/calls/${tape}.json`).catch(() => '');
  return text === '' ? [] : Tape.parse(JSON.parse(text)).exchanges;
}

/** Its files have a commit of their own, which names the entry; a run that wrote none has none. */
async function countFiles(agent: AgentFixture, { id }: Entry, commit: string): Promise<number> {
  const message = await agent.git('log', '-1', '--format=%B', commit).catch(() => '');
  if (!message.includes(id)) return 0;
  const names = await agent.git('diff', '--name-only', `${commit}~1..${commit}`);
  return names.split('\n').filter((name) => name !== '' && !name.startsWith('ledger/')).length;
}
