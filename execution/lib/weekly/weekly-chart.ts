import { scaleBand, scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { Week } from './weekly-numbers.ts';

/** Pixels. A panel has its title above and, the last one, the weeks below. */
const WIDTH = 640;
const PANEL = { top: 26, height: 84, gap: 34, left: 44, right: 12 } as const;
const FOOT = 24;

/** Legible on white and on black: the browser chooses, also where the picture stands in a page of GitHub. */
const STYLE = `
text{font:12px system-ui,sans-serif;fill:#57606a}.axis{stroke:#d0d7de}
.commits{fill:#0969da}.good{fill:#1a7f37}.bad{fill:#cf222e}.cost{fill:none;stroke:#8250df;stroke-width:2}.under{fill:#8250df;opacity:.15}
@media(prefers-color-scheme:dark){text{fill:#9198a1}.axis{stroke:#3d444d}.commits{fill:#4493f8}.good{fill:#3fb950}.bad{fill:#f85149}.cost{stroke:#ab7df8}.under{fill:#ab7df8}}`;

const round = (pixels: number): number => Math.round(pixels * 100) / 100;
const top = (panel: number): number => PANEL.top + panel * (PANEL.height + PANEL.gap);

type X = (index: number) => { left: number; middle: number; width: number };

/**
 * Commits, runs and costs of weeks as one SVG. It holds numbers and days only, nothing foreign, and the same weeks give the
 * same bytes.
 */
export function weeklyChart(weeks: readonly Week[]): string {
  const band = scaleBand<number>(
    weeks.map((_, index) => index),
    [PANEL.left, WIDTH - PANEL.right],
  ).padding(0.25);
  const x: X = (index) => {
    const left = band(index) ?? 0;
    return { left: round(left), middle: round(left + band.bandwidth() / 2), width: round(band.bandwidth()) };
  };
  const height = top(2) + PANEL.height + FOOT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">Commits, runs and costs of ${weeks.length} weeks</title>`,
    `<desc id="desc">${description(weeks)}</desc>`,
    `<style>${STYLE}\n</style>`,
    ...panelOf(0, 'Commits', commitBars(weeks, x)),
    ...panelOf(1, 'Runs of the agent: good, and not', runBars(weeks, x)),
    ...panelOf(2, 'Cost of models in US dollars', costLine(weeks, x)),
    ...weekLabels(weeks, x, height),
    '</svg>',
    '',
  ].join('\n');
}

/** What the picture shows, for those who do not see it. */
function description(weeks: readonly Week[]): string {
  const list = (of: (week: Week) => number | string) => weeks.map(of).join(', ');
  return [
    `Weeks from ${weeks[0]?.monday ?? 'none'} on, oldest first.`,
    `Commits: ${list(({ commits }) => commits)}.`,
    `Runs: ${list(({ runs }) => runs)}, of which good: ${list(({ good }) => good)}.`,
    `Dollars: ${list(({ cost }) => (cost / 1e8).toFixed(4))}.`,
  ].join(' ');
}

interface Drawn {
  marks: string[];
  /** The value at the panel's upper edge. */
  most: string;
}

function panelOf(panel: number, title: string, { marks, most }: Drawn): string[] {
  const foot = top(panel) + PANEL.height;
  return [
    `<text x="${PANEL.left}" y="${top(panel) - 8}">${title}</text>`,
    `<text x="${PANEL.left - 6}" y="${top(panel) + 10}" text-anchor="end">${most}</text>`,
    ...marks.map((mark) => mark.replaceAll('$top', String(top(panel)))),
    `<line class="axis" x1="${PANEL.left}" x2="${WIDTH - PANEL.right}" y1="${foot}" y2="${foot}"/>`,
  ];
}

/** From a panel's foot to its upper edge, where the largest value is; a panel of zeros is flat. */
const upTo = (values: readonly number[], least: number) =>
  scaleLinear([0, Math.max(least, ...values)], [PANEL.height, 0]).nice(3);

const bar = (kind: string, { left, width }: ReturnType<X>, from: number, to: number): string =>
  `<rect class="${kind}" x="${left}" width="${width}" y="${round(to)}" height="${round(from - to)}" transform="translate(0 $top)"/>`;

function commitBars(weeks: readonly Week[], x: X): Drawn {
  const y = upTo(
    weeks.map(({ commits }) => commits),
    1,
  );
  return {
    marks: weeks.map(({ commits }, index) => bar('commits', x(index), y(0), y(commits))),
    most: `${y.domain()[1]}`,
  };
}

function runBars(weeks: readonly Week[], x: X): Drawn {
  const y = upTo(
    weeks.map(({ runs }) => runs),
    1,
  );
  const marks = weeks.flatMap(({ runs, good }, index) => [
    bar('good', x(index), y(0), y(good)),
    bar('bad', x(index), y(good), y(runs)),
  ]);
  return { marks, most: `${y.domain()[1]}` };
}

function costLine(weeks: readonly Week[], x: X): Drawn {
  const y = upTo(
    weeks.map(({ cost }) => cost / 1e8),
    0.01,
  );
  const points = weeks.map(({ cost }, index): [number, number] => [x(index).middle, round(y(cost / 1e8))]);
  const under = area<[number, number]>(
    ([left]) => left,
    y(0),
    ([, height]) => height,
  ).digits(2)(points);
  const over = line().digits(2)(points);
  const path = (kind: string, d: string | null) =>
    `<path class="${kind}" d="${d ?? ''}" transform="translate(0 $top)"/>`;
  return { marks: [path('under', under), path('cost', over)], most: String(round(y.domain()[1] ?? 0)) };
}

/** Every other week, or fewer, so that the days do not touch. */
function weekLabels(weeks: readonly Week[], x: X, height: number): string[] {
  const step = Math.ceil(weeks.length / 6);
  return weeks.flatMap(({ monday }, index) =>
    (weeks.length - 1 - index) % step === 0
      ? [`<text x="${x(index).middle}" y="${height - 6}" text-anchor="middle">${monday.slice(5)}</text>`]
      : [],
  );
}
