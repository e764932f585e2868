import { eventually } from '../../support/wait';
import { randomBytes } from 'node:crypto';
import type { Instance } from '../../support/instance';
import type { Json } from '../../../server/src/replication/entity';
import { everythingOf, type Attack } from './hostile-site';

export const DATES = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' };

type Content = { [name: string]: Json };
export const published = (fields: Content) => ({ '-/published': { fields, dates: DATES } });
export const draft = (fields: Content) => ({ '-/draft': { fields, dates: DATES } });

/** A documentId that nobody has. */
export const fresh = (): string => `evil${randomBytes(10).toString('hex')}`;

type Everything = Record<string, unknown[]>;

/**
 * Nothing of the site's content or of the plugin's state may be other than before.
 *
 * @param but what of it does not count
 */
export const changesNothing = async (
  { honest }: Attack,
  work: () => Promise<void>,
  but: (everything: Everything) => Everything = (everything) => everything
): Promise<void> => {
  const before = but(await restOf(honest));
  await work();
  expect(but(await everythingOf(honest))).toEqual(before);
};

/**
 * What a link said last is remembered of it, also of what it has nothing of: an older message of its own may come late. And
 * what it takes back its word of, it has said nothing of.
 */
export const butWords = (everything: Everything): Everything => {
  const rows = (everything.replication_replicas ?? []).map((row) => JSON.parse(row as string));
  const shared = rows.filter((row) => row.sequence > 0 || row.their_level !== null);
  const replicas = shared.map(({ their_incarnation, their_sequence, their_level, ...row }) => JSON.stringify(row));
  return { ...everything, replication_replicas: replicas };
};

/** What editors saved before may still wait to be recorded, and rules to be carried out: that is no change of the attack's. */
export const restOf = (site: Instance): Promise<Everything> =>
  eventually<Everything | null>(
    async () => {
      // Before anything is read: table by table, it would be of before and after a commit.
      const open = await site.run<number>(`
        const of = async (table, where) => (await strapi.db.connection(table).where(where)).length;
        return (await of('replication_jobs', { state: 'running' })) + (await of('replication_marks', {}));
      `);
      const everything = open === 0 ? await everythingOf(site) : null;
      return everything && (everything.replication_marks ?? []).length === 0 ? everything : null;
    },
    { what: 'the site to have recorded what was saved' }
  ) as Promise<Everything>;

/** Each message is refused with this code, in words that give nothing away. */
export const refused = async ({ send }: Attack, code: string | RegExp, ...messages: Json[]): Promise<void> => {
  for (const answer of await send(...messages)) {
    expect(answer).toEqual({ status: 'refused', code: expect.stringMatching(code), message: expect.any(String) });
    expect(answer.message).not.toMatch(/\n\s+at |node_modules/);
  }
};
