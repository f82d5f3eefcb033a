import { apiPath, fullName, nodeId, type Store, webPath } from './store.ts';
import { permissionFlags, userBody } from './user-body.ts';

/** The repository in GitHub's three sizes; each is the one before and more. */

export function minimalRepositoryBody(store: Store) {
  const { id, owner, name, description, isPrivate, isFork } = store.state.repository;
  return {
    id,
    node_id: nodeId('Repository', id),
    name,
    full_name: fullName(store),
    private: isPrivate,
    fork: isFork,
    owner: userBody(store, owner),
    html_url: webPath(store),
    description,
    url: apiPath(store),
    ...repositoryUrls(store),
  };
}

/** Where the repository's parts are found, by the name of the property without `_url`. */
const PARTS = {
  archive: '/{archive_format}{/ref}',
  assignees: '/assignees{/user}',
  blobs: '/git/blobs{/sha}',
  branches: '/branches{/branch}',
  collaborators: '/collaborators{/collaborator}',
  comments: '/comments{/number}',
  commits: '/commits{/sha}',
  compare: '/compare/{base}...{head}',
  contents: '/contents/{+path}',
  contributors: '/contributors',
  deployments: '/deployments',
  downloads: '/downloads',
  events: '/events',
  forks: '/forks',
  git_commits: '/git/commits{/sha}',
  git_refs: '/git/refs{/sha}',
  git_tags: '/git/tags{/sha}',
  hooks: '/hooks',
  issue_comment: '/issues/comments{/number}',
  issue_events: '/issues/events{/number}',
  issues: '/issues{/number}',
  keys: '/keys{/key_id}',
  labels: '/labels{/name}',
  languages: '/languages',
  merges: '/merges',
  milestones: '/milestones{/number}',
  notifications: '/notifications{?since,all,participating}',
  pulls: '/pulls{/number}',
  releases: '/releases{/id}',
  stargazers: '/stargazers',
  statuses: '/statuses/{sha}',
  subscribers: '/subscribers',
  subscription: '/subscription',
  tags: '/tags',
  teams: '/teams',
  trees: '/git/trees{/sha}',
};

const repositoryUrls = (store: Store) =>
  Object.fromEntries(Object.entries(PARTS).map(([name, path]) => [`${name}_url`, apiPath(store, path)]));

export function repositoryBody(store: Store) {
  const { repository, issues } = store.state;
  const { isPrivate, hasIssues, isArchived, defaultBranch, createdAt } = repository;
  const open = issues.filter(({ state }) => state === 'open').length;
  return {
    ...minimalRepositoryBody(store),
    clone_url: `${webPath(store)}.git`,
    git_url: `git:${webPath(store)}.git`,
    ssh_url: `git@${fullName(store)}.git`,
    svn_url: webPath(store),
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    topics: [],
    default_branch: defaultBranch,
    visibility: isPrivate ? 'private' : 'public',
    size: 1,
    is_template: false,
    has_issues: hasIssues,
    has_projects: true,
    has_wiki: true,
    has_pages: false,
    has_downloads: true,
    has_discussions: false,
    archived: isArchived,
    disabled: false,
    allow_forking: true,
    forks: 0,
    forks_count: 0,
    watchers: 0,
    watchers_count: 0,
    stargazers_count: 0,
    open_issues: open,
    open_issues_count: open,
    pushed_at: createdAt,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

export function fullRepositoryBody(store: Store, login: string) {
  const { mergeMethods, deletesBranchOnMerge } = store.state.settings;
  return {
    ...repositoryBody(store),
    permissions: permissionFlags(store, login),
    network_count: 0,
    subscribers_count: 0,
    allow_merge_commit: mergeMethods.includes('merge'),
    allow_squash_merge: mergeMethods.includes('squash'),
    allow_rebase_merge: false,
    allow_auto_merge: false,
    delete_branch_on_merge: deletesBranchOnMerge,
  };
}
