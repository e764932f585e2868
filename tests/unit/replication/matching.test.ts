import { recordBatch } from '../../../server/src/replication/capture/record';
import { Busy } from '../../../server/src/replication/errors';
import { Identity } from '../../../server/src/replication/identity';
import { adopt, type Pair } from '../../../server/src/replication/matching/adopt';
import type { PageRequest } from '../../../server/src/replication/matching/page';
import type { Tables } from '../../../server/src/replication/ports';
import { followLink } from '../../../server/src/replication/link/follow-link';
import { ARTICLE, CATEGORY, HOME, TAG } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

/*
 * Two sites that were filled each by itself: what is the same has another id on each.
 */
const page = (uid: string, over: Partial<PageRequest> = {}): PageRequest => ({
  uid,
  level: 'EVERYTHING',
  direction: 'SEND_ONLY',
  by: 'name',
  cursor: null,
  ...over,
});

const apart = async () => {
  const scene = await Scene.of('here', 'there');
  await scene.link('here', 'there');
  return scene;
};
const preview = (scene: Scene, request: PageRequest) =>
  scene.site('here').process!.preview(scene.site('there').id, request);
const match = (scene: Scene, request: PageRequest, choices: [string, string | null][] = []) =>
  scene.site('here').process!.match(scene.site('there').id, request, choices);
const sideOf = (scene: Scene, entity: string) =>
  scene.table('there', 'revisions').filter((row) => row.entity === entity && row.side === 1);

const tagged = (scene: Scene): void => {
  scene.save('here', TAG, 'h1', 'published', { name: 'News' });
  scene.save('there', TAG, 't1', 'published', { name: 'News' });
};

describe('what a preview finds', () => {
  it('is the same where all that is shared is, also in what it refers to, under whatever ids', async () => {
    const scene = await apart();
    tagged(scene);
    for (const [site, id, tag] of [
      ['here', 'ha', 'h1'],
      ['there', 'ta', 't1'],
    ] as const) {
      scene.save(site, ARTICLE, id, 'draft', { title: 'One', tags: [{ uid: TAG, id: tag }] });
    }
    expect((await preview(scene, page(ARTICLE, { by: 'title' }))).entries).toMatchObject([
      { documentId: 'ha', state: 'same', matched: 'ta', fields: [] },
    ]);
  });

  it('is different by field, new, or not open at all', async () => {
    const scene = await apart();
    scene.save('here', TAG, 'h1', 'published', { name: 'News', weight: 1 });
    scene.save('there', TAG, 't1', 'published', { name: 'News', weight: 2 });
    scene.save('here', TAG, 'h2', 'published', { name: 'Only here' });
    expect((await preview(scene, page(TAG))).entries).toMatchObject([
      { documentId: 'h1', state: 'different', matched: 't1', fields: ['weight'] },
      { documentId: 'h2', state: 'new', matched: null },
    ]);
    scene.save('here', CATEGORY, 'hc', 'draft', { name: 'Secret' });
    const published = page(CATEGORY, { level: 'PUBLISHED' });
    expect((await preview(scene, published)).entries).toMatchObject([{ documentId: 'hc', state: 'nothing' }]);
  });

  it('does not find what is not published here, also where it is there: that it is here is told to nobody', async () => {
    const scene = await apart();
    scene.save('here', CATEGORY, 'both', 'draft', { name: 'Unpublished' });
    scene.save('there', CATEGORY, 'both', 'draft', { name: 'Unpublished' });
    expect(await preview(scene, page(CATEGORY, { level: 'PUBLISHED' }))).toMatchObject({
      totalThere: 1,
      entries: [{ documentId: 'both', state: 'nothing', matched: null }],
    });
  });

  it('is the same only where what is published would change no draft there either', async () => {
    const scene = await apart();
    for (const status of ['draft', 'published'] as const) {
      scene.save('here', CATEGORY, 'hc', status, { name: 'C' });
      scene.save('there', CATEGORY, 'tc', status, { name: 'C' });
    }
    const published = page(CATEGORY, { level: 'PUBLISHED' });
    expect((await preview(scene, published)).entries).toMatchObject([{ state: 'same' }]);
    scene.save('there', CATEGORY, 'tc', 'draft', { name: 'C', parent: [{ uid: CATEGORY, id: 'tc' }] });
    expect((await preview(scene, published)).entries).toMatchObject([{ state: 'different', fields: ['parent'] }]);
  });

  it('is for a person to decide where several could be it', async () => {
    const scene = await apart();
    tagged(scene);
    scene.save('there', TAG, 't2', 'published', { name: 'News' });
    const [found] = (await preview(scene, page(TAG))).entries;
    expect(found).toMatchObject({ state: 'ambiguous', matched: null });
    expect(found!.candidates.map(({ documentId }) => documentId)).toEqual(['t1', 't2']);
    expect(await match(scene, page(TAG))).toMatchObject({ matched: 0, refused: [{ id: 'h1', code: 'AMBIGUOUS' }] });
    expect(await match(scene, page(TAG), [['h1', 't2']])).toMatchObject({ matched: 1, refused: [] });
    expect(scene.entry('there', `${TAG}/h1`)).toMatchObject({ local_id: 't2' });
  });

  it('is no entry that a site shares under its own id already', async () => {
    const scene = await apart();
    tagged(scene);
    await scene.rules('there', 'here', [{ scope: 'type', uid: TAG, level: 'EVERYTHING', direction: 'BOTH' }]);
    await scene.settle();
    expect((await preview(scene, page(TAG))).entries).toMatchObject([
      { documentId: 'h1', state: 'taken' },
      { documentId: 't1', state: 'same' },
    ]);
    expect(await match(scene, page(TAG))).toMatchObject({ refused: [{ id: 't1', code: 'SHARED' }] });
    expect(scene.table('there', 'matches')).toEqual([]);
  });

  it('tells nothing of entries of other types, by which these are compared, that the other site takes none of', async () => {
    const scene = await apart();
    scene.save('here', CATEGORY, 'hc', 'draft', { name: 'Secret' });
    scene.save('there', CATEGORY, 'tc', 'draft', { name: 'Secret' });
    scene.save('here', ARTICLE, 'ha', 'draft', { title: 'A', category: [{ uid: CATEGORY, id: 'hc' }] });
    scene.save('there', ARTICLE, 'ta', 'draft', { title: 'A', category: [{ uid: CATEGORY, id: 'tc' }] });
    const asked = () => preview(scene, page(ARTICLE, { by: 'title' }));
    expect((await asked()).entries).toMatchObject([{ state: 'same' }]);
    await scene.rules('there', 'here', [{ scope: 'type', uid: CATEGORY, level: 'NONE', direction: 'BOTH' }]);
    // Whether its name was guessed is not to be seen: it counts by its id, as where none is known.
    expect((await asked()).entries).toMatchObject([{ state: 'different', fields: ['category'] }]);
  });

  it('is refused where the other site takes nothing of the type', async () => {
    const scene = await apart();
    tagged(scene);
    await scene.rules('there', 'here', [all('NONE')]);
    await expect(preview(scene, page(TAG))).rejects.toMatchObject({ code: 'NOT_ACCEPTED' });
    await expect(preview(scene, page(TAG, { by: 'weird' }))).rejects.toMatchObject({ code: 'NO_SUCH_FIELD' });
    await expect(preview(scene, page('api::none.none'))).rejects.toMatchObject({ code: 'BAD_TYPE' });
  });
});

describe('what is matched', () => {
  it('is one entry from then on, under the id that it has on each site', async () => {
    const scene = await apart();
    tagged(scene);
    await match(scene, page(TAG));
    expect(scene.rows('there', TAG)).toEqual({ 't1 -/published': { name: 'News' } });
    await scene.rules('here', 'there', [all('EVERYTHING')]);
    await scene.settle();
    scene.save('here', TAG, 'h1', 'published', { name: 'News, edited' });
    scene.save('here', CATEGORY, 'hc', 'draft', { name: 'C' });
    scene.save('here', ARTICLE, 'ha', 'draft', { title: 'One', tags: [{ uid: TAG, id: 'h1' }] });
    await scene.settle();
    expect(scene.rows('there', TAG)).toEqual({ 't1 -/published': { name: 'News, edited' } });
    expect(scene.rows('there', ARTICLE)).toEqual({
      'ha en/draft': { title: 'One', tags: [{ uid: TAG, id: 't1' }] },
    });
    expect(sideOf(scene, `${TAG}/h1`)).toHaveLength(1);
  });

  it('takes what goes along with it for the same, too, and tells nothing of drafts where only what is published goes', async () => {
    const scene = await apart();
    const tag = (id: string) => [{ uid: TAG, id }];
    const parent = (id: string) => [{ uid: CATEGORY, id }];
    for (const [site, is] of [
      ['here', 'h'],
      ['there', 't'],
    ] as const) {
      scene.save(site, TAG, `${is}2`, 'published', { name: 'Novelties' });
      scene.save(site, TAG, `${is}1`, 'published', { name: 'News', synonyms: tag(`${is}2`) });
      scene.save(site, TAG, `${is}3`, 'published', { name: 'Nobody refers to it' });
      scene.save(site, CATEGORY, `${is}c`, 'draft', { name: 'Draft' });
      for (const status of ['draft', 'published'] as const) {
        scene.save(site, ARTICLE, `${is}a`, status, { title: 'One', tags: tag(`${is}1`), category: parent(`${is}c`) });
      }
    }
    await match(scene, page(ARTICLE, { by: 'title', level: 'PUBLISHED' }));
    expect(
      scene
        .table('there', 'matches')
        .map(({ entity, local_id: id }) => `${entity} ${id}`)
        .sort()
    ).toEqual([`${ARTICLE}/ha ta`, `${TAG}/h1 t1`, `${TAG}/h2 t2`]);
    await scene.rules('here', 'there', [{ scope: 'type', uid: ARTICLE, level: 'PUBLISHED', direction: 'SEND_ONLY' }]);
    await scene.settle();
    expect(Object.keys(scene.rows('there', TAG)).sort()).toEqual([
      't1 -/published',
      't2 -/published',
      't3 -/published',
    ]);
  });

  it('goes both ways where both may edit', async () => {
    const scene = await apart();
    tagged(scene);
    await match(scene, page(TAG, { direction: 'BOTH' }));
    await scene.rules('here', 'there', [all('EVERYTHING', 'BOTH')]);
    await scene.settle();
    scene.save('there', TAG, 't1', 'published', { name: 'Edited there' });
    scene.save('there', TAG, 't2', 'published', { name: 'New there', synonyms: [{ uid: TAG, id: 't1' }] });
    await scene.rules('there', 'here', [all('EVERYTHING', 'BOTH')]);
    await scene.settle();
    expect(scene.rows('here', TAG)).toEqual({
      'h1 -/published': { name: 'Edited there' },
      't2 -/published': { name: 'New there', synonyms: [{ uid: TAG, id: 'h1' }] },
    });
    for (const site of ['here', 'there']) {
      expect(scene.table(site, 'leaves').filter(({ entity }) => entity === `${TAG}/h1`)).toHaveLength(1);
    }
  });

  it('keeps both versions where it was edited before the other one came', async () => {
    const scene = await apart();
    tagged(scene);
    await match(scene, page(TAG, { direction: 'BOTH' }));
    scene.save('there', TAG, 't1', 'published', { name: 'Edited there', weight: 3 });
    await scene.settle();
    await scene.rules('here', 'there', [all('EVERYTHING', 'BOTH')]);
    await scene.settle();
    expect(scene.rows('there', TAG)).toEqual({ 't1 -/published': { name: 'Edited there', weight: 3 } });
    expect(scene.rows('here', TAG)).toEqual({ 'h1 -/published': { name: 'News' } });
    expect(scene.table('there', 'leaves').filter(({ entity }) => entity === `${TAG}/h1`)).toHaveLength(2);
  });

  it('takes the sent version where only one side edits, and keeps what was edited meanwhile', async () => {
    const scene = await apart();
    tagged(scene);
    await match(scene, page(TAG));
    scene.save('there', TAG, 't1', 'published', { name: 'Edited there' });
    await scene.rules('here', 'there', [all('EVERYTHING')]);
    await scene.settle();
    expect(scene.rows('there', TAG)).toEqual({ 't1 -/published': { name: 'News' } });
    expect(sideOf(scene, `${TAG}/h1`)).toHaveLength(2);
  });

  it('is as it was before where it is not shared any more', async () => {
    const scene = await apart();
    scene.save('here', TAG, 'h1', 'published', { name: 'News', weight: 1 });
    scene.save('there', TAG, 't1', 'published', { name: 'News', weight: 2 });
    await match(scene, page(TAG));
    await scene.rules('here', 'there', [all('EVERYTHING')]);
    await scene.settle();
    expect(scene.rows('there', TAG)).toEqual({ 't1 -/published': { name: 'News', weight: 1 } });
    await scene.rules('here', 'there', [all('NONE')]);
    await scene.settle();
    expect(scene.rows('there', TAG)).toEqual({ 't1 -/published': { name: 'News', weight: 2 } });
  });

  it('is nothing that came unseen, and is not recorded before there is something to record', async () => {
    const scene = await apart();
    tagged(scene);
    await match(scene, page(TAG));
    await scene.rules('there', 'here', [all('EVERYTHING', 'BOTH')]);
    await scene.settle();
    await scene.sweep('there', 'full');
    await scene.settle();
    expect(await scene.questions('there')).toEqual([]);
    expect(scene.entry('there', `${TAG}/h1`)).toMatchObject({ head: null, local_id: 't1' });
  });

  it('is this site’s own again where the other one has gone before it sent anything', async () => {
    const scene = await Scene.of('here', 'there', 'third');
    await scene.link('here', 'there');
    await scene.link('there', 'third');
    tagged(scene);
    await match(scene, page(TAG));
    await scene.rules('there', 'third', [all('EVERYTHING')]);
    await scene.settle();
    expect(scene.rows('third', TAG)).toEqual({});
    const { store, clock } = scene.site('there').process!.context;
    await store.transaction(async (unit) => {
      await unit.tables.update('links', { id: scene.site('here').id }, { state: 'UNLINKED' });
      await followLink(unit, scene.site('here').id, clock.now());
    });
    await scene.settle();
    expect(scene.rows('third', TAG)).toEqual({ 'h1 -/published': { name: 'News' } });
  });

  it('has one name: no third site can match it under its own', async () => {
    const scene = await apart();
    tagged(scene);
    await match(scene, page(TAG));
    const { context } = scene.site('there').process!;
    const schema = context.schemas.type(TAG)!;
    const refused = await context.store.transaction((unit) =>
      adopt(context, unit, 'a third site', schema, [{ id: 't1', localId: 't1' }])
    );
    expect(refused).toMatchObject({ adopted: 0, refused: [{ id: 't1', code: 'TAKEN' }] });
    expect(scene.table('there', 'matches')).toHaveLength(1);
  });

  it('can be asked again, and changes nothing then', async () => {
    const scene = await apart();
    tagged(scene);
    expect(await match(scene, page(TAG))).toMatchObject({ matched: 1, refused: [] });
    const before = [scene.table('there', 'matches'), scene.table('there', 'revisions')];
    expect(await match(scene, page(TAG))).toMatchObject({ matched: 1, refused: [] });
    expect([scene.table('there', 'matches'), scene.table('there', 'revisions')]).toEqual(before);
  });

  it('is also what has the same id on both, and a single type', async () => {
    const scene = await apart();
    for (const site of ['here', 'there'] as const) {
      scene.save(site, TAG, 'same', 'published', { name: 'News', weight: site === 'here' ? 1 : 2 });
      scene.save(site, HOME, `home-${site}`, 'draft', { headline: `Of ${site}` });
    }
    await match(scene, page(TAG, { direction: 'BOTH', by: null }));
    await match(scene, page(HOME, { direction: 'BOTH', by: null }));
    await scene.rules('here', 'there', [all('EVERYTHING', 'BOTH')]);
    await scene.settle();
    expect(scene.rows('there', TAG)).toEqual({ 'same -/published': { name: 'News', weight: 1 } });
    expect(scene.rows('there', HOME)).toEqual({ 'home-there -/draft': { headline: 'Of here' } });
  });
});

it('a recorder that knew a document by its old name waits, and records it by the new one', async () => {
  const scene = await apart();
  tagged(scene);
  const { context } = scene.site('there').process!;
  const schema = context.schemas.type(TAG)!;
  const link = scene.site('here').id;
  await context.store.transaction(async (unit) => {
    // As in a process that asked before the match was committed.
    const before = await Identity.of(context, unit);
    await adopt(context, unit, link, schema, [{ id: 'h1', localId: 't1' }]);
    const after = await Identity.of(context, unit);
    expect(before.canonical({ uid: TAG, id: 't1' })).toEqual({ uid: TAG, id: 't1' });
    expect(after.canonical({ uid: TAG, id: 't1' })).toEqual({ uid: TAG, id: 'h1' });
  });
  expect(scene.entry('there', `${TAG}/t1`)).toMatchObject({ head: null, local_id: '' });
  await context.store.transaction(({ tables }) => tables.remove('settings', { name: 'matches' }));
  scene.save('there', TAG, 't1', 'published', { name: 'Edited' });
  await expect(recordBatch(context)).rejects.toBeInstanceOf(Busy);
  expect(scene.table('there', 'revisions').filter(({ entity }) => entity === `${TAG}/t1`)).toEqual([]);
});

describe('two sites that match at once, of which one waits for the other’s locks', () => {
  /** On `there`, while a third site's pair waits for its locks, the match of `here` is committed. */
  const atOnce = async (scene: Scene, [first, second]: [Pair, Pair]) => {
    const { context } = scene.site('there').process!;
    const schema = context.schemas.type(TAG)!;
    return context.store.transaction(async (unit) => {
      let isFirst = true;
      const lock: Tables['lock'] = async (table, where) => {
        if (isFirst) {
          isFirst = false;
          // What a transaction remembers it remembers by its tables.
          const another = { ...unit, tables: { ...unit.tables } };
          expect(await adopt(context, another, scene.site('here').id, schema, [first])).toMatchObject({ adopted: 1 });
        }
        return unit.tables.lock(table, where);
      };
      return adopt(context, { ...unit, tables: { ...unit.tables, lock } }, 'a third site', schema, [second]);
    });
  };
  const twoTags = async () => {
    const scene = await apart();
    scene.save('there', TAG, 't1', 'published', { name: 'News' });
    scene.save('there', TAG, 't2', 'published', { name: 'News' });
    await scene.settle();
    return scene;
  };
  const matched = (scene: Scene) =>
    scene.table('there', 'matches').map(({ entity, local_id: id }) => `${entity.split('/')[1]}=${id}`);

  it.each([
    ['under two names', 'x1'],
    ['under another’s name and its own', 't1'],
  ])('never have one document %s', async (_, id) => {
    const scene = await twoTags();
    const answer = await atOnce(scene, [
      { id: 'h1', localId: 't1' },
      { id, localId: 't1' },
    ]);
    expect(answer).toMatchObject({ adopted: 0, refused: [{ id, code: 'TAKEN' }] });
    expect(matched(scene)).toEqual(['h1=t1']);
    expect(scene.entry('there', `${TAG}/t1`)).toMatchObject({ local_id: '' });
  });

  it('never give one name to two documents', async () => {
    const scene = await twoTags();
    const answer = await atOnce(scene, [
      { id: 'h1', localId: 't1' },
      { id: 'h1', localId: 't2' },
    ]);
    expect(answer).toMatchObject({ adopted: 0, refused: [{ id: 'h1', code: 'BOTH_THERE' }] });
    expect(matched(scene)).toEqual(['h1=t1']);
  });
});
