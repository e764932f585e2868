import { PRIMARY_KEYS } from '../../../server/src/replication/tables';
import { startInstance, type Instance } from '../../support/instance';
import { createSender } from './sender';

export { JSON_TYPE, NDJSON, PIECE, type Forgery, type RawRequest } from './sender';

/**
 * A site that is properly linked and means ill: it has a key of its own, which the honest site's configuration names,
 * and forges whatever can be forged with that.
 */
export const startHonestAndHostile = async () => {
  const { honest, senders } = await startWithSenders(['Hostile']);
  const [{ firstSeed, changeKey, speakTo }] = senders as [Awaited<ReturnType<typeof createSender>>];
  return { honest, firstSeed, changeKey, ...(await speakTo(honest)) };
};

export type Attack = Awaited<ReturnType<typeof startHonestAndHostile>>;

/** A site whose configuration names a key for each of these. */
export const startWithSenders = async (names: string[], config: object = {}) => {
  const senders = await Promise.all(names.map(createSender));
  const honest = await startInstance({
    name: 'honest',
    env: {
      REPLICATION_LINKS: JSON.stringify(senders.map((sender, index) => sender.link(names[index]!))),
      REPLICATION_CONFIG: JSON.stringify({ allowPrivateAddresses: true, ...config }),
    },
  });
  return { honest, senders };
};

const OWN_TABLES = Object.keys(PRIMARY_KEYS)
  .filter((name) => name !== 'nonces' && name !== 'link_usage')
  .map((name) => `replication_${name}`);

/**
 * Everything that a request could change: the plugin's tables and the site's content. Left out is what is counted of a
 * link's contacts, and what this site does by itself meanwhile.
 */
export const everythingOf = (site: Instance): Promise<Record<string, unknown[]>> =>
  site.run(async (strapi, own: string[]) => {
    const all = [...strapi.db.metadata.values()].map((model: any) => model.tableName);
    const sessions = ['strapi_sessions', 'strapi_core_store_settings', 'admin_users'];
    const dump: Record<string, unknown[]> = {};
    for (const table of [...new Set([...all, ...own])].filter((name) => !sessions.includes(name)).sort()) {
      const rows = await strapi.db.connection(table).select('*');
      dump[table] = rows
        // How far this site has come with looking at its own rows.
        .filter((row: any) => table !== 'replication_settings' || !['sweep', 'trace'].includes(row.name))
        .map((row: any) => {
          if (table === 'replication_links')
            return { id: row.id, state: row.state, url: row.url, granted: row.granted };
          // Deliveries to a site that does not answer go on by themselves.
          const queue = [
            'state',
            'sent_hash',
            'lease',
            'lease_until',
            'attempts',
            'retry_at',
            'error',
            'waits_for',
            'wanted_at',
          ];
          return JSON.stringify(
            row,
            table === 'replication_replicas' ? Object.keys(row).filter((name) => !queue.includes(name)) : undefined
          );
        })
        .sort();
    }
    return dump;
  }, OWN_TABLES);
