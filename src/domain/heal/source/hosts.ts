import { type Fact, newFacts, type ParsedChange } from './novelty.ts';
import { lineOf, type ParsedSource, type SyntaxNode } from './parsed-source.ts';
import { finding, type SourceFinding, shown } from './source-finding.ts';

/** `https:evil.example` and `https:\\evil.example` are addresses too, as far as URL is concerned. */
const WITH_SCHEME =
  /\b(?:https?|wss?|ftp):[\\/]*([^\s\\/?#'"`<>()]+)|\b[a-z][a-z0-9+.-]{0,20}:\/\/([^\s\\/?#'"`<>()]+)/gi;
const PROTOCOL_RELATIVE = /^[\\/]{2}([^\s\\/?#'"`<>()]+\.[a-z]{2,})/gi;
/** Endings that no file name of ours has. */
const BARE =
  /(?:^|[\s"'`(=@/])((?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,8}(?:com|net|org|io|dev|ai|app|xyz|cloud|biz|info|ru|cn|uk|eu|de|fr|nl))(?![\w-]|\.\w)/gi;
const ADDRESS =
  /(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])|(?<![\w.-])(localhost)(?![\w-])|\[([0-9a-f:]*::?[0-9a-f:]*)\]/gi;

export function hostFindings(change: ParsedChange): SourceFinding[] {
  return newFacts(change, hostFacts).map(({ key, node }) =>
    finding('hosts', `it newly names the host ${shown(key)}`, lineOf(node)),
  );
}

function hostFacts(source: ParsedSource): Fact[] {
  return source.nodes.flatMap((node) => hostsIn(textOf(node, source)).map((key) => ({ key, node })));
}

/** The text of a string or template, and of an expression that comes to one; `{}` stands for what is not known. */
function textOf(node: SyntaxNode, { fold }: ParsedSource): string {
  if (node.type === 'TemplateLiteral')
    return node.quasis
      .map(({ value }, index) => {
        const inner = node.expressions[index];
        const known = fold(inner)?.value;
        return `${value.cooked ?? ''}${typeof known === 'string' ? known : inner ? '{}' : ''}`;
      })
      .join('');
  if (node.type !== 'Literal' && node.type !== 'BinaryExpression' && node.type !== 'CallExpression') return '';
  const value = fold(node)?.value;
  return typeof value === 'string' ? value : '';
}

function hostsIn(text: string): string[] {
  if (!/[.:/\\]|localhost/i.test(text)) return [];
  const found = [WITH_SCHEME, PROTOCOL_RELATIVE, BARE, ADDRESS].flatMap((pattern) =>
    [...text.slice(0, 20_000).matchAll(pattern)].map(
      ([, ...groups]) => groups.find((group) => group !== undefined) ?? '',
    ),
  );
  return [...new Set(found.map(hostOf).filter((host) => host !== ''))];
}

/** Without user and port, in lower case. */
const hostOf = (authority: string): string =>
  (authority.split('@').at(-1) ?? '')
    .toLowerCase()
    .replace(/(?<=[^:]):\d*$/, '')
    .replace(/[.,;:]+$/, '');
