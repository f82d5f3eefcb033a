/** The labels the agent works with; made when first needed. */
export const STEWARD_LABELS = [
  { name: 'steward', color: '5319e7', description: 'Opened and kept by Steward' },
  { name: 'steward:task', color: '0e8a16', description: 'A task for Steward: the next cycle takes it' },
  { name: 'steward:approval', color: 'fbca04', description: 'Steward waits for a person to release a run' },
  { name: 'steward:approved', color: '0e8a16', description: 'Releases the run that the issue shows, once' },
  { name: 'steward:heal', color: '1d76db', description: 'A repair that Steward proposes, or asks a person for' },
  { name: 'steward:watchdog', color: 'b60205', description: 'No cycle has run when one was due' },
] as const;
export type StewardLabel = (typeof STEWARD_LABELS)[number]['name'];
