import { NO_LOCALE, type Fields } from '../../server/src/replication/entity';
import { PEOPLE, type Header } from '../../server/src/replication/history/revision';
import type { Row } from '../../server/src/replication/tables';
import { catalogue, TAG } from '../support/world/catalogue';
import { mark, type Actor } from '../support/world/marks';
import { Site } from '../support/world/site';
import { World } from '../support/world/world';

const EDITOR: Actor = { id: 'editor', name: 'Editor' };
const ID = 'tag';
const PLACE = { uid: TAG, document_id: ID, locale: NO_LOCALE, status: 'published' as const };

/** A save of the one tag: by somebody, or by a hook for nobody. */
const save = (site: Site, fields: Fields, actor: Actor | null): void =>
  site.database.now((transaction) => {
    const rows = site.rows(transaction);
    const before = rows.one(TAG, ID, NO_LOCALE, 'published');
    const at = new Date(site.world.clock.now()).toISOString();
    const dates = before?.dates ?? { createdAt: at, updatedAt: at, publishedAt: at };
    rows.put({ ...PLACE, fields: { ...before?.fields, ...fields }, dates }, {});
    mark(transaction, site.world.clock.now(), PLACE, before ? 'update' : 'create', actor);
  });

const fieldsOn = (site: Site): Fields | undefined =>
  site.look((rows) => rows.one(TAG, ID, NO_LOCALE, 'published')?.fields);

/** What a hook of a site does when it hears of a change: its own opinion of the slug, which here is a tag's name. */
const correct = (site: Site): void => {
  const own = `slug of ${site.name}`;
  if (fieldsOn(site)?.name !== own) save(site, { name: own }, null);
};

const revisions = (site: Site) =>
  (site.database.table('revisions').all() as Row<'revisions'>[]).map(({ header, origin, side, id }) => ({
    id,
    origin,
    side,
    automatic: !(PEOPLE in (JSON.parse(header) as Header).parts),
  }));
const leaves = (site: Site) => (site.database.table('leaves').all() as Row<'leaves'>[]).map(({ revision }) => revision);

/** Two sites that share everything both ways, and a hook on each that rewrites the slug of what it is told of. */
const twoSites = async (): Promise<[World, Site, Site]> => {
  const world = new World(1);
  const sites = ['a', 'b'].map(
    (name) => new Site(world, name, catalogue(world.chance, false), world.chance.fork(), null)
  );
  const [a, b] = sites as [Site, Site];
  world.sites.push(a, b);
  for (const site of sites) {
    await site.start();
    site.onNews = () => correct(site);
  }
  await world.link(a, b, 'EVERYTHING', 'BOTH');
  return [world, a, b];
};

describe('two sites whose hooks each rewrite the same field', () => {
  it('make at most one automatic version each, and then are silent', async () => {
    const [world, a, b] = await twoSites();
    save(a, { name: 'slug of a', weight: 1 }, EDITOR);
    await world.settle();
    expect(world.violations).toEqual([]);
    for (const site of [a, b]) {
      const sent = revisions(site).filter(({ automatic, side }) => automatic && side === 0);
      for (const { id } of [a, b]) expect(sent.filter(({ origin }) => origin === id).length).toBeLessThanOrEqual(1);
    }
    expect(fieldsOn(a)).toEqual({ name: 'slug of a', weight: 1 });
    expect(fieldsOn(b)).toEqual({ name: 'slug of b', weight: 1 });
    expect(leaves(a)).toEqual(leaves(b));
    // What is kept here and not sent is in the history all the same.
    expect(revisions(a).filter(({ side }) => side === 1)).toHaveLength(1);
    expect(revisions(b).filter(({ side }) => side === 1)).toHaveLength(0);
  });

  it('still exchange what people edit, from either side, and what a hook changes besides', async () => {
    const [world, a, b] = await twoSites();
    save(a, { name: 'slug of a', weight: 1 }, EDITOR);
    await world.settle();
    const before = revisions(a).filter(({ automatic }) => automatic).length;
    save(b, { weight: 2 }, EDITOR);
    await world.settle();
    save(a, { weight: 3 }, EDITOR);
    await world.settle();
    expect(world.violations).toEqual([]);
    expect([fieldsOn(a)?.weight, fieldsOn(b)?.weight]).toEqual([3, 3]);
    expect(revisions(a).filter(({ automatic, side }) => automatic && side === 0)).toHaveLength(1);
    expect(revisions(a).filter(({ automatic }) => automatic).length).toBeLessThanOrEqual(before + 2);

    // One change that puts back the slug and sets something else: only the latter goes.
    a.onNews = () => save(a, { name: 'slug of a', weight: 7 }, null);
    save(b, { name: 'by hand', weight: 4 }, EDITOR);
    await world.settle();
    expect(world.violations).toEqual([]);
    expect(fieldsOn(b)?.weight).toBe(7);
    expect(leaves(a)).toEqual(leaves(b));
  });
});
