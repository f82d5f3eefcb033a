import type { Workbench } from '../../repo-port.ts';
import type { Sandbox } from '../../sandbox-port.ts';
import type { Context, Ports } from '../cycle-context.ts';
import type { OpenRunner } from './replay.ts';

/** What repairs need of the outside world besides what every flow has. */
export interface HealPorts extends Ports {
  workbench: Workbench;
  /** Runs the scripts of a tree as `runner` does those of the checkout; what answers their calls is given. */
  replays: OpenRunner;
  sandbox: Sandbox;
  /** Text of src/script.ts, which scripts are written against. */
  readApi(): Promise<string>;
}

export type HealContext = Context & HealPorts;
