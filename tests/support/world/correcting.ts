import type { News } from '../../../server/src/replication/ports';
import { Blocked } from '../memory/database';
import { mark } from './marks';
import type { Site } from './site';

/** The field that hooks of correcting sites quarrel about. */
export const CORRECTED = 'origin';

/** A hook that hears of an applied change and puts its own site's name into a field of every row: a change that nobody signs for. */
export const correct = (site: Site, { uid, localId, action }: News): void => {
  const schema = site.catalogue.type(uid);
  if (action === 'delete' || schema === null || !(CORRECTED in schema.attributes)) return;
  const value = `corrected by ${site.name}`;
  try {
    site.database.now((transaction) => {
      const [entry] = transaction.find('entries', { uid, local_id: localId });
      // What is read-only here is refused to hooks as well.
      if (entry?.locked === 1 || entry?.shows === 'PUBLISHED') return;
      const rows = site.rows(transaction);
      for (const row of rows.of(uid, localId)) {
        if (row.fields[CORRECTED] === value) continue;
        rows.put({ ...row, fields: { ...row.fields, [CORRECTED]: value } }, row.ids);
        mark(transaction, site.world.clock.now(), row, 'update', null);
      }
    });
  } catch (error) {
    // Somebody is writing the entry at this moment: a hook that fails is logged, no more.
    if (!(error instanceof Blocked)) throw error;
  }
};
