import { describe, expect, it } from 'vitest';
import { TerminalLog } from '../../src/adapters/terminal-log.ts';

const ESC = '\u001b';

/** Writes one of everything to a stream, a second and a half passing during each step. */
function written(isTTY: boolean | undefined): { text: string; spun: string[] } {
  let text = '';
  let elapsedMs = 0;
  const spun: string[] = [];
  const log = new TerminalLog({
    stream: {
      write: (line: string) => {
        text += line;
      },
      isTTY,
    },
    elapsedMs: () => elapsedMs,
    startSpinner: (title) => {
      spun.push(`start ${title}`);
      return { stop: () => void spun.push(`stop ${title}`) };
    },
  });
  const step = (title: string) => {
    const { done } = log.step(title);
    elapsedMs += 1500;
    return done;
  };
  log.info('some news');
  log.warn('careful');
  step('good')(true, 'two files');
  step('bad')(false);
  return { text, spun };
}

describe('the log', () => {
  it.each([false, undefined])('is plain text where nobody looks at a terminal (isTTY %s)', (isTTY) => {
    expect(written(isTTY).text).toBe('· some news\n! careful\n✔ good  two files  1.50 s\n✖ bad  1.50 s\n');
  });

  it('has colours on a terminal, and says the same', () => {
    const { text } = written(true);
    expect(text).toContain(`${ESC}[32m✔${ESC}[39m good`);
    expect(text).toContain(`${ESC}[31m✖${ESC}[39m bad`);
    expect(text).toContain(`${ESC}[33m!${ESC}[39m careful`);
    expect(text.replaceAll(new RegExp(`${ESC}\\[\\d+m`, 'g'), '')).toBe(written(false).text);
  });

  it('stops the spinner of a step before its line', () => {
    expect(written(true).spun).toEqual(['start good', 'stop good', 'start bad', 'stop bad']);
  });
});
