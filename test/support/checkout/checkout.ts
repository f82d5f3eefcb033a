/**
 * As much of actions/checkout as our workflows use: a shallow fetch by git's own HTTP into the workspace. Like v6 and
 * later it keeps the token in a file of RUNNER_TEMP which the clone's config includes, and which is gone at the end of
 * the job, or at once with `persist-credentials: false`.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { env } = process;
const said = (name: string): string => env[name] ?? '';
const workspace = said('GITHUB_WORKSPACE');
const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: workspace, stdio: ['ignore', 'inherit', 'inherit'] });

const server = said('GITHUB_SERVER_URL');
const branch = said('INPUT_REF') || said('GITHUB_REF_NAME');
// A branch is what it is now; the commit of an event may be long behind.
const wanted = said('INPUT_REF') ? `refs/heads/${branch}` : said('GITHUB_SHA');
const depth = said('INPUT_FETCH-DEPTH') === '0' ? [] : [`--depth=${said('INPUT_FETCH-DEPTH')}`];
const credentials = join(said('RUNNER_TEMP'), 'git-credentials.config');
const includeKey = `includeIf.gitdir:${workspace}/.git.path`;

git('init', '--quiet', '--initial-branch=main');
git('remote', 'add', 'origin', `${server}/${said('GITHUB_REPOSITORY')}`);
const basic = Buffer.from(`x-access-token:${said('INPUT_TOKEN')}`).toString('base64');
writeFileSync(credentials, `[http "${server}/"]\n\textraheader = AUTHORIZATION: basic ${basic}\n`, { mode: 0o600 });
git('config', '--local', includeKey, credentials);
git('fetch', '--quiet', '--no-tags', ...depth, 'origin', `+${wanted}:refs/remotes/origin/${branch}`);
git('checkout', '--quiet', '--force', '-B', branch, `refs/remotes/origin/${branch}`);
if (said('INPUT_PERSIST-CREDENTIALS') !== 'true') {
  git('config', '--local', '--unset-all', includeKey);
  rmSync(credentials);
}
appendFileSync(said('GITHUB_STATE'), `credentials=${credentials}\n`);
