import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Writes test/fixtures/github-openapi.json: of GitHub's OpenAPI description the operations that the fake GitHub
 * (test/support/github) answers, with what they refer to, and only what a check of a request or a 2xx response reads.
 *
 *     npm pack @octokit/openapi@23.0.2          # 385 MB unpacked, so it is no dependency
 *     tar xzf octokit-openapi-23.0.2.tgz package/generated/api.github.com.json
 *     node test/support/write-openapi-slice.ts package/generated/api.github.com.json
 *
 * One operation or schema stands on a line, so that the next version's changes can be read in a diff.
 */
const SOURCE = '@octokit/openapi@23.0.2';
const REPOSITORY = '/repos/{owner}/{repo}';
const OPERATIONS: Readonly<Record<string, string>> = {
  '': 'get patch',
  '/branches/{branch}': 'get',
  '/rules/branches/{branch}': 'get',
  '/collaborators/{username}/permission': 'get',
  '/commits/{ref}': 'get',
  '/commits/{ref}/status': 'get',
  '/statuses/{sha}': 'post',
  '/git/ref/{ref}': 'get',
  '/git/refs': 'post',
  '/git/refs/{ref}': 'patch delete',
  '/contents/{path}': 'get',
  '/issues': 'get post',
  '/issues/{issue_number}': 'get patch',
  '/issues/{issue_number}/comments': 'get post',
  '/issues/comments/{comment_id}': 'patch',
  '/issues/{issue_number}/events': 'get',
  '/issues/{issue_number}/labels': 'post',
  '/issues/{issue_number}/labels/{name}': 'delete',
  '/labels': 'get post',
  '/pulls': 'get post',
  '/pulls/{pull_number}': 'get patch',
  '/pulls/{pull_number}/files': 'get',
  '/pulls/{pull_number}/merge': 'put',
  '/actions/workflows': 'get',
  '/actions/workflows/{workflow_id}': 'get',
  '/actions/workflows/{workflow_id}/enable': 'put',
  '/actions/workflows/{workflow_id}/disable': 'put',
  '/actions/workflows/{workflow_id}/dispatches': 'post',
  '/actions/workflows/{workflow_id}/runs': 'get',
  '/actions/runs': 'get',
  '/actions/runs/{run_id}': 'get',
  '/actions/runs/{run_id}/jobs': 'get',
  '/actions/jobs/{job_id}/logs': 'get',
  '/actions/permissions': 'get put',
  '/actions/permissions/workflow': 'get put',
  '/dispatches': 'post',
  '/releases': 'get post',
  '/releases/{release_id}': 'patch',
  '/traffic/views': 'get',
  '/traffic/clones': 'get',
  '/traffic/popular/referrers': 'get',
  '/traffic/popular/paths': 'get',
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Give the path of api.github.com.json; how to get it stands in this script.');
const whole: Json = JSON.parse(readFileSync(file, 'utf8'));
const paths = { ...selectRepositoryPaths(), ...selectPath('/rate_limit', 'get'), ...selectPath('/user', 'get') };
const target = new URL('../fixtures/github-openapi.json', import.meta.url);
writeFileSync(target, format({ source: SOURCE, paths, components: reachFrom(paths) }));

function selectRepositoryPaths(): JsonObject {
  const selected = Object.entries(OPERATIONS).map(([path, methods]) => selectPath(`${REPOSITORY}${path}`, methods));
  return Object.assign({}, ...selected);
}

function selectPath(path: string, methods: string): JsonObject {
  const operations = methods.split(' ').map((method) => [method, checkedParts(at('paths', path, method))]);
  return { [path]: Object.fromEntries(operations) };
}

/** Of an operation what a check reads: parameters, body, and the responses of success. */
function checkedParts(operation: Json): JsonObject {
  const { parameters = [], requestBody, responses = {} } = asObject(operation);
  const success = Object.entries(asObject(responses)).filter(([status]) => status.startsWith('2'));
  const parts = { parameters, ...(requestBody && { requestBody }), responses: Object.fromEntries(success) };
  return asObject(strip(parts));
}

/** The components that something refers to, directly or through others. */
function reachFrom(root: Json): JsonObject {
  const found: Record<string, JsonObject> = {};
  const visit = (value: Json): void => {
    if (value === null || typeof value !== 'object') return;
    if (!Array.isArray(value) && typeof value.$ref === 'string') follow(value.$ref);
    Object.values(value).forEach(visit);
  };
  const follow = (reference: string): void => {
    const [, , kind = '', name = ''] = reference.split('/');
    found[kind] ??= {};
    if (name in found[kind]) return;
    const component = strip(at('components', kind, name));
    found[kind][name] = component;
    visit(component);
  };
  visit(root);
  return found;
}

/** Leaves out what is written for readers. Inside `properties` the keys are names and all stay. */
function strip(value: Json, areNames = false): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => strip(item));
  const prose = /^(description|summary|title|examples?|externalDocs|tags|operationId|default|deprecated|headers|x-.*)$/;
  const kept = Object.entries(value).filter(([key]) => areNames || !prose.test(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, strip(inner, key === 'properties' && !areNames)]));
}

function format(slice: { source: string; paths: JsonObject; components: JsonObject }): string {
  const section = (content: JsonObject) => {
    const groups = Object.keys(content).map(
      (name) => `${JSON.stringify(name)}:{\n${lines(asObject(content[name]))}\n}`,
    );
    return `{\n${groups.join(',\n')}\n}`;
  };
  const { source, paths: operations, components } = slice;
  return `{"source":${JSON.stringify(source)},\n"paths":${section(operations)},\n"components":${section(components)}}\n`;
}

function lines(members: JsonObject): string {
  const names = Object.keys(members).sort();
  return names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(members[name])}`).join(',\n');
}

function at(...keys: string[]): Json {
  return keys.reduce((value, key) => {
    const inner = asObject(value)[key];
    if (inner === undefined) throw new Error(`The description has no ${keys.join(' ')}.`);
    return inner;
  }, whole);
}

function asObject(value: Json | undefined): JsonObject {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('expected an object');
  return value;
}
