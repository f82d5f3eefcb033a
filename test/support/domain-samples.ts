import { type Directive, parseDirective } from '../../src/domain/directive.ts';
import { EMPTY_STATE, type LedgerState } from '../../src/domain/ledger-state.ts';
import type { Option } from '../../src/domain/option.ts';
import { formatProblem } from '../../src/domain/problem.ts';

/** The article's sample directive, letter by letter (seed/, "Layer 1: Directives"). */
export const ARTICLE_SAMPLE = `# Directive: publish_blog_post

## Goal
Generate and publish a blog post optimized for SEO.

## Inputs
- topic: string (required)
- target_keywords: list[str]

## Tools
- execution/generate_blog.py --topic {topic}
- execution/deploy_to_vercel.py --prod

## Success Criteria
- Blog post is live at agenticforge.org/blog/{slug}
- Sitemap is updated
- Social post is queued

## Known Failure Modes
- Vercel deploy fails if >100 deploys/day (free tier)
- If SEO audit < 70, regenerate with more keyword density
`;

/** A directive as a file: front matter lines, inputs and tools where a test cares, sound defaults where not. */
export function directiveText(
  parts: { name?: string; front?: string; inputs?: string; tools?: string; criteria?: string } = {},
): string {
  const { name = 'sweep', front, inputs, tools = '- execution/sweep.ts', criteria } = parts;
  return [
    ...(front === undefined ? [] : ['---', front, '---']),
    `# Directive: ${name}`,
    '## Goal',
    'Keep the floor clean.',
    ...(inputs === undefined ? [] : ['## Inputs', inputs]),
    '## Tools',
    tools,
    ...(criteria === undefined ? [] : ['## Success Criteria', criteria]),
    '',
  ].join('\n');
}

/** The problems of a directive's text, as people read them. */
export function findings(text: string, file = 'directives/sweep.md', vars: readonly string[] = []): string[] {
  return parseDirective(text, file, vars).problems.map(formatProblem);
}

/** Parses or fails the test with the findings. */
export function directive(parts: Parameters<typeof directiveText>[0] = {}): Directive {
  const { directive, problems } = parseDirective(directiveText(parts), `directives/${parts.name ?? 'sweep'}.md`);
  if (!directive) throw new Error(problems.map(formatProblem).join('\n'));
  return directive;
}

export function option(parts: Partial<Option> = {}): Option {
  const own = parts.directive ?? directive();
  return {
    id: `${own.name}@2026-03-04T00:00Z`,
    directive: own,
    params: {},
    openInputs: own.inputs.filter((input) => input.isRequired),
    dueSince: new Date('2026-03-04T00:00:00Z'),
    attempts: 0,
    isReleased: false,
    ...parts,
  };
}

type DirectiveState = LedgerState['directives'][string];

/** What the ledger knows of one directive after a good run. */
export function directiveState(parts: Partial<DirectiveState> = {}): DirectiveState {
  return {
    occurrence: 'sweep@2026-03-03T00:00Z',
    final: true,
    attempts: 1,
    done_slot: 'sweep@2026-03-03T00:00Z',
    entry: 'e1',
    result: 'success',
    verification: 'verified',
    at: '2026-03-03T00:00:00.000Z',
    runs: 1,
    failures: 0,
    streak: null,
    breaker: null,
    blocked: null,
    retry: null,
    ...parts,
  };
}

export const stateWith = (directives: LedgerState['directives'], parts: Partial<LedgerState> = {}): LedgerState => ({
  ...EMPTY_STATE,
  directives,
  ...parts,
});
