import { styleText } from 'node:util';
import { asLogLine } from '../domain/foreign-text.ts';
import type { Log } from '../ports.ts';

/** What the log needs of a stream: a terminal gets colours and a spinner, a file or pipe plain lines. */
export interface Terminal {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
}

export type StartSpinner = (text: string) => { stop(): void };

/** One line per step, with a tick or a cross and its time. No text makes two lines of one, or a command for a runner. */
export class TerminalLog implements Log {
  readonly #stream: Terminal;
  readonly #elapsed: () => number;
  readonly #startSpinner: StartSpinner | undefined;

  constructor(options: { stream: Terminal; elapsedMs: () => number; startSpinner?: StartSpinner | undefined }) {
    this.#stream = options.stream;
    this.#elapsed = options.elapsedMs;
    this.#startSpinner = options.startSpinner;
  }

  step(title: string): { done(isGood: boolean, detail?: string): void } {
    const started = this.#elapsed();
    const spinner = this.#startSpinner?.(title);
    return {
      done: (isGood, detail) => {
        spinner?.stop();
        const mark = isGood ? this.#paint('green', '✔') : this.#paint('red', '✖');
        const time = this.#paint('dim', `${((this.#elapsed() - started) / 1000).toFixed(2)} s`);
        this.#line(`${mark} ${asLogLine(title)}${detail ? `  ${asLogLine(detail)}` : ''}  ${time}`);
      },
    };
  }

  info(text: string): void {
    this.#line(`${this.#paint('dim', '·')} ${asLogLine(text)}`);
  }

  warn(text: string): void {
    this.#line(`${this.#paint('yellow', '!')} ${asLogLine(text)}`);
  }

  #line(text: string): void {
    this.#stream.write(`${text}\n`);
  }

  #paint(colour: 'green' | 'red' | 'yellow' | 'dim', text: string): string {
    return this.#stream.isTTY ? styleText(colour, text, { validateStream: false }) : text;
  }
}
