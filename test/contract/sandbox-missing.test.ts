import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ContainedSandbox } from '../../src/adapters/sandbox/sandbox.ts';
import { temporaryFolder } from '../support/git-fixture.ts';
import { writeProgram } from '../support/sandbox-lab.ts';
import { labCall } from '../support/script-lab.ts';

/** Where there is no sandbox that holds, nothing runs. What one keeps in is tested in test/sandbox. */

const agentRoot = fileURLToPath(new URL('../../', import.meta.url));

/** A sandbox with no tools but these, and a workspace whose script and suite would each leave a mark. */
async function lab(tools: Record<string, string> = {}, isRoot = false) {
  const [path, workspace, outside] = await Promise.all([temporaryFolder(), temporaryFolder(), temporaryFolder()]);
  for (const [name, text] of Object.entries(tools)) await writeProgram(join(path, name), text);
  const mark = join(outside, 'mark');
  await mkdir(join(workspace, 'execution'));
  const script = `import fs from 'node:fs';\nfs.writeFileSync(${JSON.stringify(mark)}, 'mark');\n`;
  await writeFile(join(workspace, 'execution/fixture.ts'), script);
  await writeFile(join(workspace, 'package.json'), JSON.stringify({ scripts: { test: `touch ${mark}` } }));
  const sandbox = new ContainedSandbox({ nodePath: process.execPath, path, agentRoot, isRoot });
  const nobody = async () => {
    throw new Error('nobody is asked');
  };
  const place = { workspace, services: { fetch: nobody, git: nobody } };
  return { sandbox, place, mark, workspace };
}

const missing = { code: 'SANDBOX_MISSING', message: expect.any(String), remedy: expect.stringContaining('apt-get') };
const notHeld = (what: string) => `#!/bin/sh\n${what}\n`;

describe('without a sandbox', () => {
  it.each([
    ['there is no tool', {}, 'bubblewrap: no `bwrap` on the PATH; unshare: no `unshare` on the PATH'],
    ['there is unshare alone', { unshare: notHeld('exit 1') }, 'unshare: it takes root, or `sudo` without a password'],
    [
      'bubblewrap may not',
      { bwrap: notHeld('echo "bwrap: setting up uid map: Permission denied" >&2; exit 1') },
      'bubblewrap: bwrap: setting up uid map: Permission denied',
    ],
    [
      'sudo asks for a password',
      { unshare: notHeld('exit 1'), sudo: notHeld('echo "sudo: a password is required" >&2; exit 1') },
      'unshare: sudo: a password is required',
    ],
    ['the tool does nothing', { bwrap: notHeld('exit 0') }, 'bubblewrap: no program starts in it'],
    ['the tool claims to', { bwrap: notHeld(`echo '{"holes":"none"}'`) }, 'bubblewrap: {"holes":"none"}'],
  ])('%s: says what is missing and what to do', async (_, tools, found) => {
    const { sandbox } = await lab(tools);
    const result = await sandbox.probe();
    expect(result).toEqual({ missing: expect.stringContaining(found) });
    expect(result).toEqual({ missing: expect.stringContaining('sudo apt-get install bubblewrap') });
  });

  it('a tool that lets the program out is found out', async () => {
    const open = notHeld(
      `until [ "$1" = -- ]; do shift; done\nuntil [ "$1" = "${process.execPath}" ]; do shift; done\nPROBE=1 exec "$@"`,
    );
    const { sandbox } = await lab({ bwrap: open });
    const result = await sandbox.probe();
    for (const hole of ['reaches servers outside', 'reads files outside', 'writes files outside', 'may gain rights'])
      expect(result).toEqual({ missing: expect.stringContaining(hole) });
  });

  it('nothing runs once that is known', async () => {
    const { sandbox, place, mark, workspace } = await lab();
    await sandbox.probe();
    expect(() => sandbox.runner(place)).toThrow(expect.objectContaining(missing));
    await expect(sandbox.check(workspace, { kind: 'suite' })).rejects.toMatchObject(missing);
    expect(existsSync(mark)).toBe(false);
  });

  it('nothing runs before anybody asked', async () => {
    const { sandbox, place, mark, workspace } = await lab();
    const runner = sandbox.runner(place);
    runner.prepare();
    const call = { ...labCall(), writes: ['out/**'] };
    await expect(runner.run(call)).rejects.toMatchObject(missing);
    await expect(runner.find(call)).rejects.toMatchObject(missing);
    await expect(runner.describe(call.script)).rejects.toMatchObject(missing);
    await expect(sandbox.check(workspace, { kind: 'types' })).rejects.toMatchObject(missing);
    await expect(sandbox.check(workspace, { kind: 'script-tests', script: call.script })).rejects.toMatchObject(
      missing,
    );
    expect(existsSync(mark)).toBe(false);
  });
});
