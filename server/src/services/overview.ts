import type { Core } from '@strapi/types';
import type { LinkView, Overview, Problem, QueueCounts, Site } from '../contracts';
import { ruleProblems } from '../replication/controller/rule-links';
import type { Engine } from '../replication/engine';
import { ReplicationError } from '../replication/errors';
import { leavingNow, leavingProblem } from '../replication/link/leave';
import type { Tables } from '../replication/ports';
import type { Row } from '../replication/tables';
import { viewBrakes } from './brakes';
import { findProblems } from './problems';
import type { Ability } from './reading-rights';

/** The first thing one wants to know: who is this site, whom is it linked with, does it work. */
export const readOverview = async (
  strapi: Core.Strapi,
  engine: Engine,
  ability: Ability | undefined
): Promise<Overview> => {
  const { site, problem } = await readSite(engine);
  const question = await engine.places.question();
  const rows = await engine.links.list();
  const { counts, unrecorded, leaving, rules } = await engine.store.transaction(async ({ tables }) => ({
    counts: await countQueues(tables),
    unrecorded: await tables.count('marks', {}),
    leaving: await leavingNow({ tables }, engine.clock.now()),
    rules: await ruleProblems({ tables }),
  }));
  return {
    site,
    problems: [
      ...(problem ? [problem] : []),
      ...(leaving ? [leavingProblem()].map(({ code, message }) => ({ code, message })) : []),
      ...findProblems(strapi, problem?.code),
      ...rules,
    ],
    question: question && {
      urlBefore: question.before.url,
      urlNow: question.now.url,
      differs: question.differs,
      boundAt: question.boundAt,
    },
    links: rows.filter((row) => row.state !== 'UNLINKED').map((row) => viewOf(row, counts.get(row.id))),
    brakes: await viewBrakes(strapi, engine, ability, await engine.brakes.list()),
    unrecorded,
    now: engine.clock.now(),
  };
};

export const readLink = async (engine: Engine, id: string): Promise<LinkView | null> =>
  engine.store.transaction(async ({ tables }) => {
    const [row] = await tables.find('links', { id });
    return row ? viewOf(row, (await countQueues(tables, id)).get(id)) : null;
  });

export const countQueues = async (tables: Tables, link?: string): Promise<Map<string, QueueCounts>> => {
  const counts = new Map<string, QueueCounts>();
  const where = link === undefined ? {} : { link };
  for (const { key, count } of await tables.countBy('replicas', ['link', 'state'], where)) {
    const [of, state] = key as [string, Row<'replicas'>['state']];
    const counted = counts.get(of) ?? noCounts();
    counted[state === 'sending' ? 'queued' : state] += Number(count);
    counts.set(of, counted);
  }
  return counts;
};

export const noCounts = (): QueueCounts => ({ queued: 0, held: 0, failed: 0, stopped: 0, done: 0 });

const viewOf = (row: Row<'links'>, counts: QueueCounts = noCounts()): LinkView => ({
  id: row.id,
  name: row.name,
  url: row.url,
  fingerprint: row.fingerprint,
  state: row.state,
  paused: row.paused === 1,
  locked: row.locked === 1,
  counts,
  lastContactAt: row.last_contact_at,
  lastError: row.last_error,
  fetching: row.fetching === 'HERE' ? 'here' : row.fetching === 'THERE' ? 'there' : null,
  failures: row.failures,
  retryAt: row.retry_at,
  createdAt: row.created_at,
});

/** Who this site is. One without an identity can still show its page, which then says what is missing. */
export const readSite = async (engine: Engine): Promise<{ site: Site | null; problem: Problem | null }> => {
  try {
    return { site: await engine.links.me(), problem: null };
  } catch (error) {
    if (!(error instanceof ReplicationError)) throw error;
    return { site: null, problem: { code: error.code, message: error.message } };
  }
};
