import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import v8 from 'node:v8';
import { forbid } from './forbid.ts';

/**
 * What Node 24's permission model leaves open besides the network. SQLite opens files anywhere; V8's flags make it
 * write traces anywhere and lift the memory limit; signals reach the agent, and one of them starts its debugger.
 */
export function closeDoors(): void {
  const sqlite = process.getBuiltinModule('node:sqlite');
  forbid(sqlite, ['DatabaseSync'], 'scripts have no database; keep data in files that `writes` cover');
  forbid(v8, ['setFlagsFromString'], 'scripts run with the flags they were given');
  forbid(process, ['kill', '_kill', '_debugProcess', '_debugEnd'], 'scripts send no signals to other processes');
  forbid(os, ['setPriority'], 'scripts leave other processes alone');
  syncBuiltinESMExports();
}
