/** What a look at one thing came to. `unknown`: it can not be seen from here, or not with this token. */
export type FindingStatus = 'ok' | 'warn' | 'fail' | 'unknown';

export interface Finding {
  /** `group.subject`, the same in every run. */
  id: string;
  status: FindingStatus;
  /** What was found. */
  what: string;
  /** Why it matters; empty where all is well. */
  why: string;
  /** The click path or the command that mends it; empty where nothing needs to be done. */
  fix: string;
}

/** All is well. `remark` says what could be done all the same. */
export const fine = (id: string, what: string, remark = ''): Finding => ({
  id,
  status: 'ok',
  what,
  why: '',
  fix: remark,
});
