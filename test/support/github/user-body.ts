import type { Association, Role, UserState } from './state.ts';
import { nodeId, type Store, stableNumber } from './store.ts';

/** Bodies that describe people, as GitHub sends them. */

const isBot = (login: string) => login.endsWith('[bot]');

export function userBody(store: Store, login: string) {
  const id = stableNumber(login);
  const encoded = encodeURIComponent(login);
  const url = `${store.apiUrl}/users/${encoded}`;
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${store.url}/avatars/u/${id}`,
    gravatar_id: '',
    url,
    html_url: `${store.url}/${isBot(login) ? `apps/${encoded.replace(/%5Bbot%5D$/, '')}` : encoded}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: isBot(login) ? 'Bot' : 'User',
    site_admin: false,
    user_view_type: 'public',
  };
}

export function publicUserBody(store: Store, login: string) {
  const { createdAt } = store.state.repository;
  return {
    ...userBody(store, login),
    name: null,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 1,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

const NOBODY: UserState = { role: 'none' };
const RANKS: readonly Role[] = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];

const userOf = ({ state }: Store, login: string): UserState => state.users[login] ?? NOBODY;

/** In a public repository everybody may read. */
export function roleOf(store: Store, login: string): Role {
  const { role } = userOf(store, login);
  return role === 'none' && !store.state.repository.isPrivate ? 'read' : role;
}

export const hasRole = (store: Store, login: string, least: Role) =>
  RANKS.indexOf(roleOf(store, login)) >= RANKS.indexOf(least);

export function associationOf(store: Store, login: string): Association {
  if (login === store.state.repository.owner) return 'OWNER';
  const { association } = userOf(store, login);
  return association ?? (hasRole(store, login, 'triage') ? 'COLLABORATOR' : 'NONE');
}

export function permissionFlags(store: Store, login: string) {
  const has = (role: Role) => hasRole(store, login, role);
  return {
    admin: has('admin'),
    maintain: has('maintain'),
    push: has('write'),
    triage: has('triage'),
    pull: has('read'),
  };
}

/** The older answer knows four levels only; `role_name` tells all. */
export function collaboratorBody(store: Store, login: string) {
  const role = roleOf(store, login);
  const permission = { maintain: 'write', triage: 'read', admin: 'admin', write: 'write', read: 'read', none: 'none' }[
    role
  ];
  const user = { ...userBody(store, login), permissions: permissionFlags(store, login), role_name: role };
  return { permission, role_name: role, user };
}
