import { z } from 'zod';
import { defineScript, type ScriptContext } from '../src/script.ts';
import { askForge } from './lib/forge-reading.ts';
import { linkTarget } from './lib/link-target.ts';
import { linksIssue } from './lib/links/links-issue.ts';
import { type BrokenLink, type LinkFacts, linksPage, reasonOnPage } from './lib/links-page.ts';
import { counted, dayOf } from './lib/markdown-text.ts';
import { RelativeLinkChecker } from './lib/relative-links.ts';
import { readReportBody, writeReport } from './lib/report-file.ts';
import { markdownFiles, NO_DOCUMENTATION, readRepositoryFiles } from './lib/repository-files.ts';
import { tellIssue } from './lib/rolling-issue.ts';
import { checkWebLinks } from './lib/web-links.ts';

/** What an output lists; the page lists more, and both say how many there are. */
const LISTED = 50;
const NOWHERE = ['localhost', '127.0.0.1', '[::1]', 'example.com', 'www.example.com', 'example.org', 'example.net'];

const input = z.strictObject({
  http: z.boolean().default(false).describe('Also ask for every http link, politely'),
  ignore: z.array(z.string().min(1)).default([]).describe('Links that contain one of these texts are not checked'),
  exclude: z
    .array(z.string().min(1))
    .default(NO_DOCUMENTATION)
    .describe('Folders (with a slash at the end) and files whose links are not checked'),
  hosts: z.int().min(1).max(16).default(4).describe('How many hosts are asked at the same time'),
  pause_ms: z.int().min(0).max(60_000).default(500).describe('Pause between two requests to one host'),
  timeout_ms: z.int().min(100).max(60_000).default(10_000).describe('How long one answer may take'),
  max_http: z.int().min(1).max(5000).default(300).describe('How many http links are asked for at most'),
  skip_hosts: z.array(z.string()).default(NOWHERE).describe('Hosts that documentation names and nobody visits'),
  path: z.string().default('knowledge/reports/links.md').describe('The page to write'),
});
type Input = z.infer<typeof input>;

/** Broken links are a finding, not a failure: the script did its work when it has looked at every page. */
export default defineScript({
  summary:
    'Checks every link and anchor in the Markdown of the repository; a page and one issue tell of the broken ones.',
  input,
  output: z.object({
    path: z.string(),
    changed: z.boolean(),
    files: z.int(),
    links: z.int(),
    http_links: z.int(),
    unknown_count: z.int(),
    broken_count: z.int(),
    broken: z.array(z.object({ file: z.string(), line: z.int(), link: z.string(), reason: z.string() })),
  }),
  async run(context, input) {
    const facts = await gather(context, input);
    const { files, broken, links, web, unread } = facts;
    for (const file of unread) context.log(`not read (missing here, over 1 MiB or nested too deep): ${file}`);
    for (const { url, reason } of web.unknown) context.log(`unknown: ${url}: ${reason}`);
    const asked = input.http ? `; ${web.asked} web addresses asked, ${web.unknown.length} without a clear answer` : '';
    const footer = `Unchanged since ${dayOf(context.clock.now())}, then with ${counted(links, 'link')}${asked}.`;
    const changed = await writeReport(context, { path: input.path, body: linksPage(facts), footer });
    await tellBroken(context, facts);
    return {
      path: input.path,
      changed,
      files: files.length,
      links,
      http_links: web.total,
      unknown_count: web.unknown.length,
      broken_count: broken.length,
      broken: broken.slice(0, LISTED).map(({ link, ...rest }) => ({ ...rest, link: link.slice(0, 300) })),
    };
  },
});

/** The page is the result; where there is no GitHub, it is all there is. */
async function tellBroken(context: ScriptContext, { broken, path }: LinkFacts): Promise<void> {
  const repository = await askForge(context, () => context.forge.repo.get({}));
  if (!('value' in repository)) return context.log('no issue: GitHub does not say what the repository is called');
  await tellIssue(context, linksIssue(broken, { page: path, repositoryUrl: repository.value.url }));
}

async function gather(context: ScriptContext, input: Input): Promise<LinkFacts> {
  const repository = await readRepositoryFiles(context);
  const checker = new RelativeLinkChecker(context.workspace, repository);
  const files = markdownFiles(repository, input.exclude);
  const broken: BrokenLink[] = [];
  const unread: string[] = [];
  const webLinks: BrokenLink[] = [];
  let links = 0;
  for (const file of files) {
    const page = await checker.page(file);
    if (!page) unread.push(file);
    for (const link of page?.links ?? []) {
      if (input.ignore.some((text) => link.url.includes(text))) continue;
      links++;
      const target = linkTarget(file, link.url);
      const reason = target.kind === 'file' ? await checker.problem(target) : target.reason;
      if (reason !== undefined) broken.push({ file, line: link.line, link: link.url, reason });
      if (target.kind === 'web') webLinks.push({ file, line: link.line, link: target.url, reason: '' });
    }
  }
  const web = await checkWeb(context, webLinks, input);
  broken.push(...web.broken);
  broken.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  return { path: input.path, files, unread, links, broken, web: { ...web, isChecked: input.http } };
}

async function checkWeb(
  context: ScriptContext,
  webLinks: readonly BrokenLink[],
  input: Input,
): Promise<{ total: number; asked: number; broken: BrokenLink[]; unknown: { url: string; reason: string }[] }> {
  const found = webLinks.filter(({ link }) => !input.skip_hosts.includes(hostName(link)));
  const all = [...new Set(found.map(({ link }) => withoutFragment(link)))].sort();
  const urls = input.http ? all.slice(0, input.max_http) : [];
  const politeness = { hosts: input.hosts, pauseMs: input.pause_ms, timeoutMs: input.timeout_ms };
  const verdicts = await checkWebLinks(context, urls, politeness);
  const lastPage = (await readReportBody(context, input.path)) ?? '';
  return {
    total: all.length,
    asked: urls.length,
    unknown: [...verdicts].flatMap(([url, verdict]) =>
      verdict.kind === 'unknown' ? [{ url, reason: verdict.reason }] : [],
    ),
    broken: found.flatMap((link) => {
      const verdict = verdicts.get(withoutFragment(link.link));
      if (verdict?.kind === 'broken') return [{ ...link, reason: verdict.reason }];
      // A server that is busy today mends no link: what was broken stays so until somebody answers.
      const known = verdict?.kind === 'unknown' ? reasonOnPage(lastPage, link.link) : undefined;
      return known === undefined ? [] : [{ ...link, reason: known }];
    }),
  };
}

const withoutFragment = (url: string): string => url.replace(/#.*$/s, '');
const hostName = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '');
