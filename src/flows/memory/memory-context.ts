import type { Workbench } from '../../repo-port.ts';
import type { Context, Ports } from '../cycle-context.ts';

/** What the memory's flows need besides what every flow has: commits of the past, and branches for proposals. */
export interface MemoryPorts extends Ports {
  workbench: Workbench;
}

export type MemoryContext = Context & { workbench: Workbench };
