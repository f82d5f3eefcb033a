import type { Command } from 'commander';

/** What cli.ts lends to the commands that live in files of their own. */
export interface CommandHost {
  addCommand(usage: string, description: string): Command;
  /** The checkout to work in. */
  directory(): string;
  print(text: string): void;
  printJson(value: unknown): void;
}
