import type { Core } from '@strapi/types';
import type { JobView } from '../contracts';
import type { Engine } from '../replication/engine';
import { typeName } from './entry-names';

const RECENT = 50;

/** What runs in the background, and what lately did: the newest first. */
export const readJobs = async (strapi: Core.Strapi, engine: Engine): Promise<JobView[]> => {
  const { rows, links } = await engine.store.transaction(async ({ tables }) => ({
    rows: await tables.find('jobs', {}, { orderBy: 'updated_at', descending: true, limit: RECENT }),
    links: new Map((await tables.find('links', {})).map(({ id, name }) => [id, name])),
  }));
  return rows.map(({ id, kind, subject, done, total, state, error, updated_at }) => ({
    id,
    kind,
    subject,
    subjectName: links.get(subject) ?? typeName(strapi, subject),
    done,
    total,
    state,
    error,
    updatedAt: updated_at,
  }));
};
