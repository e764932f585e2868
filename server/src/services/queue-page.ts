import type { Core } from '@strapi/types';
import type { Direction, Level, QueuePage, QueueState } from '../contracts';
import type { Engine } from '../replication/engine';
import type { Row } from '../replication/tables';
import { localIdsOf, nameEntries } from './entry-names';
import { countQueues, noCounts } from './overview';
import { waitsForIn } from './waits-for';
import type { Ability } from './reading-rights';

const STATES: { [S in QueueState]: readonly Row<'replicas'>['state'][] } = {
  waiting: ['queued', 'sending', 'held', 'failed', 'stopped'],
  queued: ['queued', 'sending'],
  held: ['held'],
  failed: ['failed'],
  stopped: ['stopped'],
  done: ['done'],
};

/** A page of what waits for a link, with the reasons. The longest waiting come first. */
export const readQueue = async (
  strapi: Core.Strapi,
  engine: Engine,
  ability: Ability | undefined,
  link: string,
  { state, page, pageSize }: { state: QueueState; page: number; pageSize: number }
): Promise<QueuePage> => {
  const { rows, counts, localIds } = await engine.store.transaction(async ({ tables }) => {
    const where = { link, state: STATES[state] };
    const upToPage = await tables.find('replicas', where, { orderBy: 'wanted_at', limit: page * pageSize });
    const found = upToPage.slice((page - 1) * pageSize);
    return {
      rows: found,
      counts: (await countQueues(tables, link)).get(link) ?? noCounts(),
      localIds: await localIdsOf(
        tables,
        found.map((row) => row.entity)
      ),
    };
  });
  const names = await nameEntries(strapi, ability, localIds);
  return {
    items: rows.map((row) => ({
      ...names(row.entity),
      state: row.state,
      level: row.level as Level,
      direction: row.direction as Direction,
      waitsFor: row.state === 'held' ? waitsForIn(row.waits_for) : null,
      error: row.error,
      attempts: row.attempts,
      retryAt: row.retry_at,
      since: row.wanted_at,
    })),
    page,
    pageSize,
    total: totalOf(counts, state),
    counts,
  };
};

const totalOf = (counts: QueuePage['counts'], state: QueueState): number =>
  state === 'waiting' ? counts.queued + counts.held + counts.failed + counts.stopped : counts[state];
