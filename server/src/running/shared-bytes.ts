import type { Core } from '@strapi/types';
import { z } from 'zod';
import { FILE_UID, type Json } from '../replication/entity';
import { Refused } from '../replication/errors';
import type { Store } from '../replication/ports';
import type { Wire } from '../replication/transport/wire';

/**
 * Two sites may keep their files in one bucket, and give a file the same name there: then whoever removes it removes the
 * other's. No provider tells whose a bucket is, so the site that a file was shared with is asked.
 */
const TOPIC = 'uses-bytes';
/** Characters that no URL has cannot be asked about: not every database takes them. */
const question = z.strictObject({
  url: z
    .string()
    .max(2_000)
    .regex(/^https?:\/\/[!-~]+$/),
});

/** Whether one of these links uses what lies at a URL. What cannot be found out counts as yes: bytes left behind harm nobody. */
export const createUsedElsewhere =
  (store: Store, wire: Wire) =>
  async (url: string, links: readonly string[]): Promise<boolean> => {
    const linked = await store.transaction(({ tables }) => tables.find('links', { id: links, state: 'REGISTERED' }));
    for (const { id, url: at, fetching } of linked) {
      // Nobody can ask there.
      if (fetching === 'THERE') return true;
      const isUsed = await wire.ask({ id, url: at }, TOPIC, { url }).then(
        ({ answer }) => answer !== false,
        () => true
      );
      if (isUsed) return true;
    }
    return false;
  };

/** Answers a linked site's question; null where it asks for something else. */
export const answerUsesBytes = async (strapi: Core.Strapi, topic: string, asked: Json): Promise<Json | null> => {
  if (topic !== TOPIC) return null;
  const parsed = question.safeParse(asked);
  if (!parsed.success) throw new Refused('MALFORMED', 'The question or its answer breaks the protocol.');
  return (await strapi.db.query(FILE_UID).count({ where: { url: parsed.data.url } })) > 0;
};
