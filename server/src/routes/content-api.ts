/**
 * `<REST prefix>/replication/v1/…`: from site to site. `docs/protocol.md` describes each request.
 *
 * Strapi's own authentication is off here: the gate verifies signatures itself and answers everything with a code.
 * Koa's router gives HEAD requests to the GET route.
 */
const route = (method: 'GET' | 'POST' | 'PUT', path: string, action: string) => ({
  method,
  path,
  handler: `peer.${action}`,
  config: { auth: false as const },
});

export const contentApiRoutes = {
  type: 'content-api' as const,
  routes: [
    route('GET', '/v1/hello', 'hello'),
    route('POST', '/v1/messages', 'messages'),
    route('POST', '/v1/ask/:topic', 'ask'),
    route('POST', '/v1/fetch', 'fetch'),
    route('GET', '/v1/blobs/:hash', 'blob'),
    route('PUT', '/v1/blobs/:hash', 'blob'),
    route('POST', '/v1/link', 'link'),
    route('POST', '/v1/link/state', 'linkState'),
    // Not from another site: from whoever has a token of the content API that may do this.
    { method: 'POST' as const, path: '/v1/run', handler: 'run.run', config: {} },
  ],
};
