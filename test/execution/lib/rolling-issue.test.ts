import { describe, expect, it } from 'vitest';
import { gitFixture } from '../../support/git-fixture.ts';
import { outputOf, runScript } from '../../support/run-script.ts';
import { scriptOnGitHub } from '../../support/script-on-github.ts';

const TELL = `import { z } from 'zod';
import { defineScript } from '../src/script.ts';
import { tellIssue } from './lib/rolling-issue.ts';
export default defineScript({
  summary: 'Tells.',
  input: z.object({ body: z.string(), state: z.enum(['open', 'closed']).default('open') }),
  output: z.looseObject({}),
  run: (context, { body, state }) => tellIssue(context, { marker: 'fact:one', title: 'A fact', body, state }),
});
`;
const TREE = { 'execution/tell.ts': TELL };
const stageOf = () => scriptOnGitHub({ script: 'tell', forge: ['issues.upsert'], tree: TREE });

describe('a rolling issue', () => {
  it('is opened, changed, left alone, closed and opened again as its fact is', async () => {
    const { run, github } = await stageOf();
    const tell = async (body: string, state?: string) => outputOf(await run({ body, ...(state ? { state } : {}) }));
    expect(await tell('x', 'closed')).toEqual({ number: null, url: null, told: 'nothing new' });
    expect(await tell('one')).toMatchObject({ number: 1, told: 'opened', url: expect.stringContaining('/issues/1') });
    expect(await tell('one')).toMatchObject({ number: 1, told: 'nothing new' });
    expect(await tell('two')).toMatchObject({ number: 1, told: 'changed' });
    expect(await tell('two', 'closed')).toMatchObject({ told: 'changed' });
    expect(await tell('two')).toMatchObject({ told: 'nothing new' });
    expect(github.state.issues).toMatchObject([{ state: 'closed' }]);
    expect(await tell('three')).toMatchObject({ number: 1, told: 'changed' });
    expect(github.state.issues).toMatchObject([{ state: 'open' }]);
  });

  it('is untold where there is no GitHub, or it refuses, or does not answer: that ends no run', async () => {
    const { path } = await gitFixture(TREE);
    const alone = await runScript({ script: 'tell', workspace: path, input: { body: 'x' } });
    expect(outputOf(alone)).toEqual({ untold: 'no forge in this test' });
    const { run, github } = await stageOf();
    github.fail({ method: 'POST', path: /\/issues$/, status: 410, times: 1 });
    expect(outputOf(await run({ body: 'x' }))).toEqual({ untold: expect.any(String) });
    expect(outputOf(await run({ body: 'x' }))).toMatchObject({ told: 'opened' });
  });

  it('that the directive did not grant is a mistake, and ends the run', async () => {
    const { run } = await scriptOnGitHub({ script: 'tell', forge: [], tree: TREE });
    expect((await run({ body: 'x' })).outcome).toMatchObject({
      status: 'failed',
      failure: { message: expect.stringContaining('issues.upsert is not granted') },
    });
  });
});
