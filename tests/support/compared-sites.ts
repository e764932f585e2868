import type { Context } from '../../server/src/replication/context';
import { keyOf, type EntityKey, type Json } from '../../server/src/replication/entity';
import { loadRevisions } from '../../server/src/replication/history/repository';
import type { Store, Tables } from '../../server/src/replication/ports';
import { newReplica } from '../../server/src/replication/queue/wanted-replica';
import { stateHash } from '../../server/src/replication/queue/state-hash';
import { answerComparison, compareWith } from '../../server/src/replication/reconcile/compare';
import type { Row } from '../../server/src/replication/tables';
import type { Wire } from '../../server/src/replication/transport/wire';

/** Both sites are in one database: what the one wants the other to have, and what the other holds because of it. */
export const [WANTS, HOLDS] = ['wants', 'holds'] as const;
export const entity = (index: number): EntityKey => keyOf({ uid: 'api::article.article', id: `entry${index}` });
export const head = (index: number): string => index.toString(16).padStart(64, '0');

const wants = (index: number): Row<'replicas'> => ({
  ...newReplica(WANTS, entity(index)),
  level: 'EVERYTHING',
  wanted: JSON.stringify([head(index)]),
  wanted_hash: stateHash([head(index)], 'EVERYTHING', 'SEND_ONLY'),
});
const holds = (index: number): Row<'replicas'> => ({
  ...newReplica(HOLDS, entity(index)),
  direction: 'RECEIVE_ONLY',
  their_level: 'EVERYTHING',
  their_direction: 'SEND_ONLY',
  common: JSON.stringify([head(index)]),
});
const revision = (index: number): Row<'revisions'> => ({
  id: head(index),
  entity: entity(index),
  origin: 'e154a4b5-094e-8c4a-bf42-866505f3c97e',
  kind: 'edit',
  header: JSON.stringify({ v: 1, entity: entity(index), parents: [], at: new Date(0), parts: { '-/draft': head(1) } }),
  signature: 'A'.repeat(86),
  side: 0,
  anchor: null,
  stored_at: 0,
});

/** Two sites that share so many equal entries, in the plugin's own tables only. */
export const compareSites = async (store: Store, entries: number) => {
  for (let at = 0; at < entries; at += 5_000) {
    const some = Array.from({ length: Math.min(5_000, entries - at) }, (_, index) => at + index);
    await store.transaction(async ({ tables }) => {
      await tables.insert('replicas', [...some.map(wants), ...some.map(holds)], 'fail');
      await tables.insert('revisions', some.map(revision), 'fail');
    });
  }
  const seen = { asked: 0, rows: 0 };
  const counted = countingRows(store, (rows) => (seen.rows += rows));
  const context = { store: counted, clock: { now: () => 0 } } as unknown as Context;
  const wire = {
    ask: async (_peer: unknown, topic: string, question: Json) => {
      seen.asked += 1;
      const answer = await answerComparison(counted, HOLDS, topic, question);
      return { answer, bytes: JSON.stringify(question).length + JSON.stringify(answer).length };
    },
  } as unknown as Wire;
  const link = { id: WANTS, url: 'http://there.example' } as Row<'links'>;
  return {
    /** Compares anew; how many rows were read for it on both sides, and how many questions were asked. */
    compare: async () => {
      Object.assign(seen, { asked: 0, rows: 0 });
      const result = await compareWith(context, wire, link, false);
      return { ...result, ...seen };
    },
    readHeads: () =>
      store.transaction(({ tables }) =>
        loadRevisions(
          tables,
          Array.from({ length: entries }, (_, index) => head(index))
        )
      ),
  };
};

const countingRows = (store: Store, count: (rows: number) => void): Store => ({
  ...store,
  transaction: (work) =>
    store.transaction((unit) => {
      const find = (async (...args: Parameters<Tables['find']>) => {
        const rows = await unit.tables.find(...args);
        count(rows.length);
        return rows;
      }) as Tables['find'];
      return work({ ...unit, tables: { ...unit.tables, find } });
    }),
});
