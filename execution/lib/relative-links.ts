import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type MarkdownPage, readMarkdown } from './markdown-links.ts';
import { isMarkdown, type RepositoryFiles } from './repository-files.ts';

/** Larger pages are data, and would take the parser seconds. */
const PAGE_LIMIT_BYTES = 1024 * 1024;

/** Checks links between files of a checkout. Keeps what it has read. */
export class RelativeLinkChecker {
  readonly #workspace: string;
  readonly #repository: RepositoryFiles;
  readonly #pages = new Map<string, Promise<MarkdownPage | undefined>>();
  readonly #lineCounts = new Map<string, Promise<number | undefined>>();

  constructor(workspace: string, repository: RepositoryFiles) {
    this.#workspace = workspace;
    this.#repository = repository;
  }

  /** Links and anchors of a page; undefined when it can not be read, or is too large or too deep for a page. */
  page(file: string): Promise<MarkdownPage | undefined> {
    const page = this.#pages.get(file) ?? this.#readText(file).then((text) => text && parsed(text));
    this.#pages.set(file, page);
    return page;
  }

  /** Why a file, folder or anchor that a link names is not there; undefined when it is, or can not be told. */
  async problem({ path, fragment = '' }: { path: string; fragment?: string }): Promise<string | undefined> {
    const { files, folders, submodules, otherCase } = this.#repository;
    if (folders.has(path)) return this.#fragmentProblem(this.#readmeOf(path), fragment);
    if (files.has(path)) return this.#fragmentProblem(path, fragment);
    if ([...submodules].some((submodule) => path.startsWith(`${submodule}/`))) return undefined;
    const other = otherCase(path);
    return other === undefined ? 'no such file' : `no such file, but there is ${other}`;
  }

  /** GitHub shows a folder's README below its files. */
  #readmeOf(folder: string): string {
    const prefix = folder === '' ? '' : `${folder}/`;
    const names = ['README.md', 'readme.md', 'Readme.md', 'README.markdown'].map((name) => prefix + name);
    return names.find((name) => this.#repository.files.has(name)) ?? '';
  }

  async #fragmentProblem(file: string, fragment: string): Promise<string | undefined> {
    const wanted = fragment.toLowerCase().replace(/^user-content-/, '');
    if (wanted === '' || wanted === 'top' || wanted.startsWith(':~:')) return undefined;
    const page = isMarkdown(file) ? await this.page(file) : undefined;
    if (page?.anchors.has(wanted)) return undefined;
    const lines = /^l(\d+)(?:c\d+)?(?:-l?(\d+)(?:c\d+)?)?$/.exec(wanted);
    if (lines) return this.#lineProblem(file, Math.max(Number(lines[1]), Number(lines[2] ?? 0)));
    return page ? `no heading or anchor #${fragment}` : undefined;
  }

  async #lineProblem(file: string, line: number): Promise<string | undefined> {
    const counting = this.#lineCounts.get(file) ?? this.#readText(file).then((text) => text && countLines(text));
    this.#lineCounts.set(file, counting);
    const lines = await counting;
    return lines === undefined || line <= lines ? undefined : `the file has ${lines} lines`;
  }

  async #readText(file: string): Promise<Buffer | undefined> {
    const bytes = await readFile(join(this.#workspace, file)).catch(() => undefined);
    return bytes && bytes.byteLength <= PAGE_LIMIT_BYTES ? bytes : undefined;
  }
}

/** Thousands of nested quotes or lists exhaust the parser's stack: such a page is nobody's documentation. */
function parsed(text: Buffer): MarkdownPage | undefined {
  try {
    return readMarkdown(text.toString('utf8'));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function countLines(bytes: Buffer): number {
  const text = bytes.toString('latin1');
  return text === '' ? 0 : text.replace(/\r?\n$/, '').split('\n').length;
}
