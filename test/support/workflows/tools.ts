import { whereIs } from '../shell-lab.ts';

/** Programs that npm does not bring, and how to get the versions that these tests were written with. */
const TOOLS = {
  act: 'go install github.com/nektos/act@v0.2.89',
  actionlint: 'go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  zizmor: 'pip install zizmor==1.32.0',
  shellcheck: 'apt-get install shellcheck (0.9.0 or newer)',
} as const;

/** The path of a program. Throws with the way to install it when it is not in PATH. */
export async function findTool(name: keyof typeof TOOLS): Promise<string> {
  return whereIs(name).catch(() => {
    throw new Error(`${name} is not in PATH, and the workflows can not be tested without it: ${TOOLS[name]}`);
  });
}
