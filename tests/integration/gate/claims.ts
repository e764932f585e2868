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

/** Nothing of the site's content or of the plugin's state may be other than before. */
export const changesNothing = async ({ honest }: Attack, work: () => Promise<void>): Promise<void> => {
  const before = await restOf(honest);
  await work();
  expect(await everythingOf(honest)).toEqual(before);
};

/** What editors saved before may still wait to be recorded, and rules to be carried out: that is no change of the attack's. */
export const restOf = (site: Instance): Promise<Record<string, unknown[]>> =>
  eventually<Record<string, unknown[]> | null>(
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
  ) as Promise<Record<string, unknown[]>>;

/** Each message is refused with this code, in words that give nothing away. */
export const refused = async ({ send }: Attack, code: string | RegExp, ...messages: Json[]): Promise<void> => {
  for (const answer of await send(...messages)) {
    expect(answer).toEqual({ status: 'refused', code: expect.stringMatching(code), message: expect.any(String) });
    expect(answer.message).not.toMatch(/\n\s+at |node_modules/);
  }
};
