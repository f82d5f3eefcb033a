import { isParsed, type ParsedChange, textsOf } from './novelty.ts';
import type { SourceWords } from './parsed-source.ts';
import { finding, type SourceFinding, shown } from './source-finding.ts';

/**
 * Words that are meant for the reviewer, another model, the forge or a shell, where they stand to be read. A script may
 * print many things, so its strings are held against `ANYWHERE` alone; comments and prose explain code and nothing else.
 */
const ANYWHERE: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass)\s+(?:\w+\s+){0,3}?(?:previous|prior|above|earlier|preceding|your|all|any)\s+(?:\w+\s+){0,3}?(?:instructions?|rules|prompts?|guidelines|directives|commands|messages|constraints|policies)\b/i,
  /\b(?:adhere to|follow|obey|execute)\s+(?:the|these|this|my)\s+(?:\w+\s+){0,2}(?:instructions?|commands?|orders?)\b/i,
  /\b(?:approve|merge|accept|land|rubber-?stamp)\s+(?:and\s+\w+\s+)?(?:this|the)\s+(?:\w+\s+)?(?:pull request|pr|patch|fix|change)\b|\b(?:approve|merge) this\b/i,
  /\b(?:safe|ready|okay|ok|good) to (?:merge|approve|land|ship)\b|\bLGTM\b|\bauto-?(?:merge|approve)\b/i,
  /\bthis\b.{0,30}\b(?:is|was|been|already)\s+(?:reviewed|approved|audited|vetted)\b|\b(?:reviewed|audited|vetted|signed off) by\b|\bpre-?approved\b/i,
  /\b(?:without|skip|no need for|needs no)\s+(?:a |any |further |human |more |the )?(?:reviews?|approvals?|running (?:its|the|any) tests?)\b/i,
  /\b(?:do not|don't|no need to|need not|needn't|never)\s+(?:review|inspect|audit|double-?check)\b/i,
  /\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]|\bskip[- ]ci\b|\bskip-checks:\s*true|\*{3}NO_CI\*{3}/i,
  /<\|[^|\n]{0,40}\|>|\[\/?INST\]|\(system_message\)|<\/?(?:system|assistant|instructions?|information)>/i,
  /\bcurl\s+\S{1,300}.{0,40}\|\s*(?:ba|z)?sh\b|\bpostinstall\b|\bwrite-all\b|\brm -rf\b/i,
];

const COMMENTS_AND_PROSE: readonly RegExp[] = [
  /\breviewers?\b/i,
  /(?:^|\n) ?#{0,4} ?(?:system|assistant|human|developer)(?: message| prompt)?\s*:/i,
  /\b(?:AI|LLM|GPT|ChatGPT|Claude|Copilot|Gemini)\b.{0,20}\b(?:agent|assistant|model|bot|must|should|please|you)\b/i,
  /\byou,? (?:the |an )?(?:ai|assistant|agent|model|llm)\b|\bas an? (?:ai|assistant|llm)\b/i,
  /\b(?:dear|note to|message (?:to|for)) (?:the |any |all )?(?:ai|llm|assistant|agent|bot|you|maintainers?)\b|\bmessage from (?:me|the (?:repository )?owner)\b/i,
  /\bplease\b(?! (?:note|see)\b)/i,
  /\byour\s+(?:\w+\s+)?(?:instructions?|task|goal|rules|system prompt|privileges|guidelines)\b/i,
  /\byou (?:must|are required to|are now|will now)\b/i,
  /\b(?:print|send|reveal|post|share|e-?mail|upload|leak|expose|forward|dump|exfiltrate)\b.{0,60}\b(?:tokens?|api keys?|environment variables?|env vars?|passwords?|credentials?|secrets?|github_token)\b/i,
  /\bimportant\s*(?:!{2,}|message\b|instructions?\b|notice\b)/i,
  /\b(?:raise|increase|lift|remove)\b.{0,30}\bbudget\b|\b(?:edit|modify)\b.{0,30}\.github\//i,
  /\btests? (?:are|is) flaky\b|\b(?:skip|disable|delete|ignore) (?:the|all|its|these|those) tests?\b/i,
  /\bmark\b.{0,40}\bas (?:fixed|verified|healed|safe|resolved|passed)\b|\b(?:delete|remove|reset|rewrite)\b.{0,20}\bledger\b/i,
  /[\w.+-]{1,64}@[\w-]{1,63}\.[a-z]{2,}/i,
  /\bmy\b(?!\s+(?:change|fix|repair|patch|edit|code|first|last|new|version|earlier|previous|attempt|answer|assumption|reading|guess|solution)\b)/i,
  /\b(?:send|transfer|wire|deposit|withdraw|pay)\b.{0,60}(?:\$\d|\b(?:money|bitcoin|usd|account|e-?mail|wallet|recipient)\b)/i,
  /\b(?:ransomware|malware|root access|recurring payment|change the password)\b|\belevate\b.{0,20}\bprivileges\b/i,
  /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:[\w.-]+\/[\w.-]+)?(?:#\d+|GH-\d+)\b/i,
  /<!--|!?\[[^\]\n]{0,200}\]\(\s*(?:<|https?:|\/|#|\.|mailto:|data:|javascript:)/i,
  /(?:^|\n) ?\/(?:approve|merge|lgtm|close|reopen|assign|steward)\b/i,
];

/** What GitHub makes of prose: mentions, links that lead away, pictures and layout. */
const PROSE: readonly RegExp[] = [
  /(?:^|[^\w`/.@])@[a-z\d][a-z\d-]{0,38}/i,
  /\bhttps?:\/\/|\bwww\.\w/i,
  /<\/?(?:img|a|script|iframe|details|summary|picture|source|svg|div|span|p|br|h[1-6]|table|style|link|meta|sub|sup|form|input|video|audio)\b[^>\n]{0,300}>/i,
];

/** A comment that switches a checker off takes a row out of the evidence. */
const SILENCER =
  /@ts-(?:ignore|expect-error|nocheck)|\b(?:biome|eslint|prettier|oxlint|deno-lint)-(?:ignore|disable)|\b(?:v8|c8|istanbul) ignore\b|\bNOSONAR\b|\bstryker\s+disable\b/i;

/** Reasons to refuse a text for people beside the code: an explanation or a failure mode. */
export function proseFindings(text: string): SourceFinding[] {
  // In code spans nobody is mentioned and nothing is a link or a tag.
  const plain = text.replaceAll(/`[^`\n]*`/g, '` `');
  return [...addressed(text, [...ANYWHERE, ...COMMENTS_AND_PROSE]), ...addressed(plain, PROSE)];
}

export function addressFindings({ before, after }: ParsedChange): SourceFinding[] {
  const comments = newComments(before, after);
  return [
    ...comments.flatMap(({ text, line }) => addressed(text, [...ANYWHERE, ...COMMENTS_AND_PROSE], line)),
    ...newTexts(before, after).flatMap((text) => addressed(text, ANYWHERE)),
  ];
}

export function silencerFindings({ before, after }: ParsedChange): SourceFinding[] {
  return newComments(before, after).flatMap(({ text, line }) => {
    const [match] = SILENCER.exec(text) ?? [];
    return match ? [finding('silenced-checks', `a new comment switches a checker off: ${shown(match)}`, line)] : [];
  });
}

function addressed(text: string, patterns: readonly RegExp[], line?: number): SourceFinding[] {
  // As it reads: whatever the layout, and with letters of other widths and styles as the plain ones.
  const lines = text.normalize('NFKC').replaceAll(/[^\S\n]+/g, ' ');
  const flat = lines.replaceAll('\n', ' ');
  for (const pattern of patterns) {
    const match = pattern.exec(lines) ?? pattern.exec(flat);
    if (match)
      return [finding('reviewer-instructions', `it speaks to others than readers of code: ${shown(match[0])}`, line)];
  }
  return [];
}

/** Comments on consecutive lines are one text. */
function newComments(before: SourceWords, after: SourceWords): { text: string; line: number }[] {
  const known = new Set(before.comments.map(({ text }) => text.trim()));
  const found: { text: string; line: number; last: number }[] = [];
  for (const { text, line } of after.comments) {
    if (known.has(text.trim())) continue;
    const previous = found.at(-1);
    const plain = text.replaceAll(/^\s*\*+ ?/gm, '');
    if (previous && line - previous.last <= 1)
      Object.assign(previous, { text: `${previous.text}\n${plain}`, last: line });
    else found.push({ text: plain, line, last: line });
  }
  return found;
}

/** Strings as the code has them, and as they are written, types included. */
function newTexts(before: ParsedChange['before'], after: ParsedChange['after']): string[] {
  const written = ({ tokens }: SourceWords) =>
    tokens.filter(({ kind }) => kind === 'string' || kind === 'template').map(({ text }) => text);
  const known = new Set([...written(before), ...(isParsed(before) ? textsOf(before) : [])]);
  const folded = after.nodes.flatMap((node) => {
    const value =
      node.type === 'BinaryExpression' || node.type === 'CallExpression' ? after.fold(node)?.value : undefined;
    return typeof value === 'string' ? [value] : [];
  });
  return [...new Set([...written(after), ...textsOf(after), ...folded])].filter((text) => !known.has(text));
}
