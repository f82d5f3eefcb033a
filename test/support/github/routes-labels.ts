import { labelBody } from './issue-body.ts';
import { addLabel } from './issue-deeds.ts';
import { listReply } from './pagination.ts';
import { created } from './reply.ts';
import type { Route } from './route.ts';
import { fullName } from './store.ts';

const LABELS = '/repos/{owner}/{repo}/labels';

export const LABEL_ROUTES: readonly Route[] = [
  {
    operation: `GET ${LABELS}`,
    needs: ['issues:read', 'pull-requests:read'],
    handle: (call) =>
      listReply(call.store.state.labels, call, {
        path: `/repos/${fullName(call.store)}/labels`,
        show: (label) => labelBody(call.store, label),
      }),
  },
  {
    operation: `POST ${LABELS}`,
    needs: ['issues:write', 'pull-requests:write'],
    handle({ store, body }) {
      const { name, color = 'ededed', description = null } = body;
      const text = description === null ? null : String(description);
      return created(
        labelBody(store, addLabel(store, { name: String(name), color: String(color), description: text })),
      );
    },
  },
];
