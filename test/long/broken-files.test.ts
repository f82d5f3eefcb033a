import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { agentFixture, COUNT_DIRECTIVE, COUNT_TREE } from '../support/agent-fixture.ts';

describe('broken files', () => {
  test('one bad directive does not stop the others; check lists all findings with file and line', async () => {
    const agent = await agentFixture({
      ...COUNT_TREE,
      'directives/bad.md':
        '---\nevry: 1d\ntimeout: soon\n---\n# Directive: bad\n## Tools\n- execution/gone.ts --x {y}\n',
      'directives/twin.md': COUNT_DIRECTIVE,
    });
    expect((await agent.cycle()).entry.decision).toBe('count');
    const forced = await agent.steward(['cycle', '--directive', 'bad']);
    expect(forced.stderr).toMatch(/DIRECTIVE_BROKEN[\s\S]*bad\.md:2[\s\S]*bad\.md:3/);
    expect(forced.exitCode).toBe(2);
    const { exitCode, stdout } = await agent.steward(['check']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('directives/bad.md:2: found the unknown key `evry`');
    expect(stdout).toContain('Did you mean `every`?');
    expect(stdout).toContain('directives/bad.md:3: found `timeout: soon`');
    expect(stdout).toContain('directives/bad.md:7: found the placeholder `{y}`');
    expect(stdout).toContain('directives/twin.md:6: found the name `count`');
  });

  test('a config that does not parse stops the cycle with its line, and check names it among the rest', async () => {
    const agent = await agentFixture({ ...COUNT_TREE, '.github/steward.yml': 'budget:\n  day: cheap\nbugdet: 1\n' });
    const { exitCode, stderr } = await agent.steward(['cycle']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('.github/steward.yml:2: found `budget.day: cheap`');
    expect(stderr).toContain('Did you mean `budget`?');
    expect((await agent.steward(['check'])).stdout).toContain('.github/steward.yml:3');
  });

  test('check notices an edited line, a lost line, an edited tape and a wrong flag', async () => {
    const agent = await agentFixture(COUNT_TREE);
    await agent.cycle();
    expect((await agent.steward(['check'])).exitCode).toBe(0);
    const day = (await agent.git('ls-files', 'ledger/2*')).trim();
    const text = await readFile(join(agent.path, day), 'utf8');
    await writeFile(join(agent.path, day), text.replace('"decided_by":"single"', '"decided_by":"policy"'));
    const edited = await agent.steward(['check']);
    expect(edited.exitCode).toBe(1);
    expect(edited.stdout).toMatch(
      /the newest is line 1 with the hash \w+…, expected line 1 with the hash \w+…, as it was/,
    );
    const [first = ''] = text.split('\n');
    await writeFile(join(agent.path, day), `${first}\n`);
    expect((await agent.steward(['check'])).stdout).toContain('the newest is line 0');
    await writeFile(join(agent.path, day), text.replace('"decided_by":"single"', '"decided_by":"policy"'));
    const tape = (await agent.git('ls-files', 'ledger/calls')).trim();
    await writeFile(join(agent.path, tape), '{}');
    await agent.write({ 'directives/count.md': COUNT_DIRECTIVE.replace('--word', '--wrd') });
    const { stdout, exitCode } = await agent.steward(['check']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('ledger/state.json:1: found a state that differs');
    expect(stdout).toContain(`${tape}:1: found a text that its name does not fit`);
    expect(stdout).toContain('found the flag --wrd, expected one of --word. Did you mean `word`?');
    await writeFile(join(agent.path, day), `${text.split('\n')[1]}\n`);
    expect((await agent.steward(['check'])).stdout).toContain(`${day}:1: found seq 1, expected seq 0`);
  });

  test('a torn last line is set aside in a file, told of, and nothing else is lost', async () => {
    const agent = await agentFixture(COUNT_TREE);
    await agent.cycle();
    const day = (await agent.git('ls-files', 'ledger/2*')).trim();
    const whole = await readFile(join(agent.path, day), 'utf8');
    await writeFile(join(agent.path, day), `${whole}{"v":1,"kind":"entry","seq":2,"id":"torn`);
    const { stdout, exitCode } = await agent.steward(['cycle', '--directive', 'count']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('ledger/torn/');
    const torn = (await agent.git('ls-files', 'ledger/torn')).trim();
    expect(await readFile(join(agent.path, torn), 'utf8')).toBe('{"v":1,"kind":"entry","seq":2,"id":"torn\n');
    expect((await agent.records()).map(({ seq }) => seq)).toEqual([0, 1, 2]);
    expect((await agent.steward(['check'])).exitCode).toBe(0);
  });

  test('a torn line that was committed is set aside as well', async () => {
    const agent = await agentFixture(COUNT_TREE);
    await agent.cycle();
    const day = (await agent.git('ls-files', 'ledger/2*')).trim();
    await writeFile(join(agent.path, day), `${await readFile(join(agent.path, day), 'utf8')}{"v":1,"ki`);
    await agent.commit({ message: 'A torn line' });
    await agent.cycle(['--directive', 'count']);
    expect(await agent.git('show', `HEAD:${day}`)).not.toContain('{"v":1,"ki\n');
    expect((await agent.steward(['check'])).exitCode).toBe(0);
  });
});
