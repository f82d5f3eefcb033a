import { may } from './auth.ts';
import { listReply } from './pagination.ts';
import { addRelease, changeRelease, releaseBody, releaseOf } from './release-deeds.ts';
import { created, notFound, ok } from './reply.ts';
import type { Route } from './route.ts';
import { fullName } from './store.ts';

const RELEASES = '/repos/{owner}/{repo}/releases';
const UNSUPPORTED = [
  'target_commitish',
  'prerelease',
  'discussion_category_name',
  'generate_release_notes',
  'make_latest',
];

export const RELEASE_ROUTES: readonly Route[] = [
  {
    operation: `GET ${RELEASES}`,
    needs: ['contents:read'],
    handle(call) {
      const seesDrafts = may(call.token, 'contents:write');
      const seen = call.store.state.releases.filter(({ isDraft }) => seesDrafts || !isDraft).toReversed();
      const path = `/repos/${fullName(call.store)}/releases`;
      return listReply(seen, call, { path, show: (release) => releaseBody(call.store, release) });
    },
  },
  {
    operation: `POST ${RELEASES}`,
    needs: ['contents:write'],
    unsupported: UNSUPPORTED,
    async handle({ store, token, body }) {
      const fresh = { tag: String(body.tag_name), name: textOf(body.name), body: textOf(body.body) };
      return created(
        releaseBody(store, await addRelease(store, token.login, { ...fresh, isDraft: body.draft === true })),
      );
    },
  },
  {
    operation: `PATCH ${RELEASES}/{release_id}`,
    needs: ['contents:write'],
    unsupported: UNSUPPORTED,
    async handle({ store, token, params, body }) {
      const release = releaseOf(store, params.release_id);
      if (release.isDraft && !may(token, 'contents:write')) throw notFound();
      const changed = await changeRelease(store, release, {
        ...(body.tag_name === undefined ? {} : { tag: String(body.tag_name) }),
        ...(body.name === undefined ? {} : { name: textOf(body.name) }),
        ...(body.body === undefined ? {} : { body: textOf(body.body) }),
        ...(typeof body.draft === 'boolean' ? { isDraft: body.draft } : {}),
      });
      return ok(releaseBody(store, changed));
    },
  },
];

const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
