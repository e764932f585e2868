import type { Content } from '../../server/src/replication/ports';

/** For suites that only look at the plugin's own tables. */
export const noContent: Content = new Proxy({} as Content, {
  get: (_, method) => () => {
    throw new Error(`This suite has no content, but Content.${String(method)} was called.`);
  },
});
