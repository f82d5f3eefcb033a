import { code, counted, cut, fileLink, paragraphs, plain, table } from './markdown-text.ts';

export interface BrokenLink {
  file: string;
  line: number;
  link: string;
  reason: string;
}

/** Everything the page about links says. */
export interface LinkFacts {
  path: string;
  /** The Markdown files whose links were checked. */
  files: readonly string[];
  /** Of these, the ones that could not be read. */
  unread: readonly string[];
  links: number;
  broken: readonly BrokenLink[];
  web: { isChecked: boolean; total: number; asked: number; unknown: readonly { url: string; reason: string }[] };
}

const ROWS = 200;

/** Why a link stands as broken on a page that linksPage made; undefined where it does not. */
export function reasonOnPage(page: string, link: string): string | undefined {
  const cell = ` | ${code(cut(link, 120))} | `;
  const row = page.split('\n').find((line) => line.startsWith('| [') && line.includes(cell));
  const reason = row?.slice(row.indexOf(cell) + cell.length).replace(/ \|$/, '');
  return reason?.replace(/\\([!-/:-@[-`{-~])/g, '$1');
}

/**
 * The body of the page. Numbers that change with every edit (how many links there are) and with the weather (which
 * servers were busy) stay out of it.
 */
export function linksPage({ path, files, unread, broken, web }: LinkFacts): string {
  const where = new Set(broken.map((link) => link.file)).size;
  const headline =
    broken.length === 0
      ? `No broken link in **${counted(files.length, 'Markdown file')}**.`
      : `**${counted(broken.length, 'broken link')}** in ${where} of **${counted(files.length, 'Markdown file')}**.`;
  const scope = web.isChecked
    ? `Web links were asked for${web.asked < web.total ? `, ${web.asked} of ${web.total}` : ''}.`
    : 'Web links were not asked for.';
  const rows = broken
    .slice(0, ROWS)
    .map(({ file, line, link, reason }) => [
      fileLink(path, file, line),
      line,
      code(cut(link, 120)),
      plain(cut(reason, 120)),
    ]);
  return `${paragraphs(
    '# Links',
    `${headline} ${scope}`,
    table(['File', 'Line', 'Link', 'Why'], rows),
    broken.length > ROWS ? `and ${broken.length - ROWS} more` : '',
    unread.length > 0 ? `Not read: ${unread.map(code).join(', ')}` : '',
  )}\n`;
}
