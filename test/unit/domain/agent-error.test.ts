import { describe, expect, it } from 'vitest';
import { AgentError } from '../../../src/domain/agent-error.ts';

describe('an error of the agent', () => {
  it('says what was found and what to do about it, with a code and its cause', () => {
    const cause = new Error('spawn git ENOENT');
    const error = new AgentError('GIT_FAILED', { command: 'push', reason: 'no route' }, cause);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'AgentError',
      code: 'GIT_FAILED',
      cause,
      message: '`git push` failed: no route',
    });
    expect(error.remedy).toMatch(/^Run the command by hand/);
  });

  it.each(['USAGE', 'PARAMS_INVALID', 'DIRECTIVE_UNKNOWN', 'SCRIPT_MISSING', 'ENTRY_UNKNOWN'] as const)(
    '%s is a mistake in the call: 2',
    (code) => {
      expect(new AgentError(code).exitCode).toBe(2);
    },
  );

  it.each([
    'NOT_A_REPOSITORY',
    'EMPTY_REPOSITORY',
    'DETACHED_HEAD',
    'LEDGER_BROKEN',
    'LEDGER_FOREIGN',
    'CONFIG_INVALID',
    'PUSH_REFUSED',
    'AGENT_RUNNING',
  ] as const)('%s means that the agent could not work: 1', (code) => {
    expect(new AgentError(code).exitCode).toBe(1);
  });
});
