import { AgentError } from '../domain/agent-error.ts';
import { parseDirective } from '../domain/directive.ts';
import { DURATION_FORM, DURATION_PATTERN } from '../domain/duration.ts';
import type { Documents } from '../ports.ts';
import type { Ports } from './cycle-context.ts';
import { directiveFiles, type TemplateFile } from './directive-template.ts';

export interface NewDirective {
  name: string;
  every: string;
  /** Path and purpose of what was made, the directive first. */
  files: { path: string; what: string }[];
}

/**
 * Makes a directive with its scripts and their tests, all of it or nothing, and writes over nothing. Throws USAGE for a
 * name that no directive can have, and for files that are there.
 */
export async function newDirective(
  { documents }: Pick<Ports, 'documents'>,
  { name, every }: { name: string; every: string },
): Promise<NewDirective> {
  if (!DURATION_PATTERN.test(every))
    throw new AgentError('USAGE', { problem: `found --every \`${every}\`, expected ${DURATION_FORM}` });
  refuseName(name);
  const files = directiveFiles(name, every);
  await refuseOverwriting(documents, files);
  await writeAll(documents, files);
  return { name, every, files: files.toReversed().map(({ path, what }) => ({ path, what })) };
}

/** What a directive may be called is asked of the parser of directives. */
function refuseName(name: string): void {
  const text = `# Directive: ${name}\n## Tools\n- execution/x.ts\n`;
  if (parseDirective(text, `directives/${name}.md`).directive?.name === name) return;
  const near = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '_')
    .replaceAll(/^[^a-z]+|_+$/g, '')
    .slice(0, 64);
  const hint = /^[a-z]/.test(near) && near !== name ? `, such as \`${near}\`` : '';
  const expected = `lower case letters, digits, _ and -, starting with a letter, 64 at most${hint}`;
  throw new AgentError('USAGE', { problem: `found the name \`${name.slice(0, 100)}\`, expected ${expected}` });
}

async function refuseOverwriting(documents: Documents, files: readonly TemplateFile[]): Promise<void> {
  // By name: links and folders are in the way, too, and so is `README.md` where upper and lower case are one.
  const folders = [...new Set(files.map(({ path }) => path.replace(/\/[^/]*$/, '')))];
  const lists = await Promise.all(
    folders.map(async (folder) => (await documents.list(folder)).map((name) => `${folder}/${name.replace(/\/$/, '')}`)),
  );
  const taken = new Map(lists.flat().map((path) => [path.toLowerCase(), path]));
  const there = files.flatMap(({ path }) => taken.get(path.toLowerCase()) ?? []).toReversed();
  if (there.length === 0) return;
  const problem = `found ${there.join(', ')}, expected a name whose files are not there yet; nothing was written`;
  throw new AgentError('USAGE', { problem });
}

/** The directive comes last: without it the other files do nothing. What was written before a failure is taken back. */
async function writeAll(documents: Documents, files: readonly TemplateFile[]): Promise<void> {
  const written: string[] = [];
  try {
    for (const { path, text } of files) {
      written.push(path);
      await documents.write(path, text);
    }
  } catch (error) {
    await Promise.all(written.map((path) => documents.remove(path)));
    throw error;
  }
}
