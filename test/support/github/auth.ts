import { createHash } from 'node:crypto';
import { refusal } from './reply.ts';
import { ACTIONS_BOT } from './state.ts';

/**
 * Tokens, and what they may do. Permissions have the names of workflow files; `administration` and `workflows` exist
 * for tokens of people and apps only. Reads are judged as in a private repository, where a token needs each permission.
 */
export interface Token {
  login: string;
  permissions: Permissions;
}

export type PermissionName =
  | 'actions'
  | 'administration'
  | 'checks'
  | 'contents'
  | 'issues'
  | 'metadata'
  | 'pull-requests'
  | 'statuses'
  | 'workflows';
export type Permissions = Partial<Record<PermissionName, 'read' | 'write'>>;
/** `issues:write`. */
export type Need = `${PermissionName}:${'read' | 'write'}`;

/** Everything, as a person's own credentials have it. */
export const ALL_PERMISSIONS: Permissions = {
  actions: 'write',
  administration: 'write',
  checks: 'write',
  contents: 'write',
  issues: 'write',
  'pull-requests': 'write',
  statuses: 'write',
  workflows: 'write',
};

export interface Tokens {
  issue(token: Token): string;
  /** By the value of an Authorization header: `token X`, `Bearer X`, or Basic as git sends it. */
  find(authorization: string | undefined): (Token & { value: string }) | undefined;
}

export function createTokens(): Tokens {
  const known = new Map<string, Token>();
  return {
    issue(token) {
      const prefix = token.login.endsWith('[bot]') ? 'ghs' : 'ghp';
      const digest = createHash('sha256').update(`${known.size} ${token.login}`).digest('hex');
      const value = `${prefix}_${digest.slice(0, 36)}`;
      known.set(value, token);
      return value;
    },
    find(authorization = '') {
      const [scheme = '', credentials = ''] = authorization.split(' ');
      const basic = Buffer.from(credentials, 'base64').toString('utf8').split(':')[1] ?? '';
      const value = /^basic$/i.test(scheme) ? basic : credentials;
      const token = known.get(value);
      return token && { ...token, value };
    },
  };
}

export function may({ permissions }: Token, need: Need): boolean {
  const [name, level] = need.split(':') as [PermissionName, string];
  const granted = name === 'metadata' ? 'read' : permissions[name];
  return granted === 'write' || granted === level;
}

/** Throws unless the token has one of these; nothing needed, nothing asked. */
export function requireOneOf(token: Token, needs: readonly Need[]): void {
  if (needs.length === 0 || needs.some((need) => may(token, need))) return;
  throw refusal(403, 'Resource not accessible by integration');
}

/** Whether this is what a workflow run gets as GITHUB_TOKEN. */
export const isActionsToken = ({ login }: Token) => login === ACTIONS_BOT;
