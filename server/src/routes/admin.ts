import { ACTIONS } from '../contracts';

/** `/replication/…`: for the admin panel and for admin tokens. `docs/api.md` describes each call. */

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const route = (method: Method, path: string, handler: string, action: string) => ({
  method,
  path,
  handler,
  config: {
    policies: ['admin::isAuthenticatedAdmin', { name: 'admin::hasPermissions', config: { actions: [action] } }],
  },
});

export const adminRoutes = {
  type: 'admin',
  routes: [
    route('GET', '/overview', 'admin-sites.overview', ACTIONS.read),
    route('POST', '/site/moved', 'admin-sites.moved', ACTIONS.links),
    route('POST', '/site/copy', 'admin-sites.isCopy', ACTIONS.links),
    route('POST', '/site/key', 'admin-sites.changeKey', ACTIONS.links),
    route('POST', '/site/leave', 'admin-sites.leave', ACTIONS.leave),
    route('POST', '/pause', 'admin-sites.pauseAll', ACTIONS.links),
    route('POST', '/resume', 'admin-sites.resumeAll', ACTIONS.links),
    route('GET', '/brakes', 'admin-brakes.list', ACTIONS.read),
    route('POST', '/brakes/answer', 'admin-brakes.answer', ACTIONS.brakes),
    route('POST', '/sweep', 'admin-brakes.sweep', ACTIONS.queue),
    route('GET', '/jobs', 'admin-sites.jobs', ACTIONS.read),
    route('POST', '/links/codes', 'admin-sites.issueCode', ACTIONS.links),
    route('POST', '/links/codes/read', 'admin-sites.readCode', ACTIONS.links),
    route('POST', '/links/redeem', 'admin-sites.redeem', ACTIONS.links),
    route('POST', '/links/:id/accept', 'admin-sites.accept', ACTIONS.links),
    route('POST', '/links/:id/refuse', 'admin-sites.refuse', ACTIONS.links),
    route('POST', '/links/:id/test', 'admin-sites.test', ACTIONS.links),
    route('POST', '/links/:id/pause', 'admin-sites.pause', ACTIONS.links),
    route('POST', '/links/:id/resume', 'admin-sites.resume', ACTIONS.links),
    route('PUT', '/links/:id', 'admin-sites.rename', ACTIONS.links),
    route('GET', '/links/:id/keys', 'admin-sites.keys', ACTIONS.read),
    route('POST', '/links/:id/keys/:key/revoke', 'admin-sites.revokeKey', ACTIONS.links),
    route('DELETE', '/links/:id', 'admin-sites.unlink', ACTIONS.links),

    route('GET', '/types', 'admin-sharing.types', ACTIONS.read),
    route('GET', '/links/:id/rules', 'admin-sharing.list', ACTIONS.read),
    route('PUT', '/links/:id/rules', 'admin-sharing.replace', ACTIONS.rules),
    route('GET', '/links/:id/dependencies', 'admin-sharing.dependencies', ACTIONS.read),
    route('PUT', '/links/:id/dependencies', 'admin-sharing.setDependencies', ACTIONS.rules),

    route('GET', '/links/:id/match-fields', 'admin-previews.fields', ACTIONS.rules),
    route('POST', '/links/:id/preview', 'admin-previews.preview', ACTIONS.rules),
    route('POST', '/links/:id/difference', 'admin-previews.difference', ACTIONS.rules),
    route('POST', '/links/:id/match', 'admin-previews.match', ACTIONS.rules),

    route('GET', '/links/:id/queue', 'admin-deliveries.queue', ACTIONS.read),
    route('POST', '/links/:id/retry', 'admin-deliveries.retry', ACTIONS.queue),
    route('POST', '/links/:id/compare', 'admin-deliveries.compare', ACTIONS.queue),

    route('POST', '/entries/status', 'admin-entries.statuses', ACTIONS.read),
    route('GET', '/entries/:uid/:documentId', 'admin-entries.status', ACTIONS.read),
    route('POST', '/entries/:uid/:documentId/retry', 'admin-entries.retry', ACTIONS.queue),
    route('POST', '/entries/:uid/:documentId/along', 'admin-entries.sendAlong', ACTIONS.rules),
  ],
};
