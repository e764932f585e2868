import { keyOf, type Json } from '../../../server/src/replication/entity';
import { MOST_ALONG, type Dependencies } from '../../../server/src/replication/controller/dependencies';
import { refreshReplicas } from '../../../server/src/replication/queue/refresh';
import { recordBatch } from '../../../server/src/replication/capture/record';
import { jobStep } from '../../../server/src/replication/reconcile/jobs';
import { ARTICLE, CATEGORY, TAG } from '../../support/world/catalogue';
import { Unreachable } from '../../../server/src/replication/errors';
import { deliver } from '../../support/world/deliver';
import { Scene } from '../../support/world/scene';

type Level = 'EVERYTHING' | 'PUBLISHED' | 'NONE';

const rule = (uid: string, level: Level, dependencies: Dependencies = {}) => ({
  scope: 'type' as const,
  uid,
  level,
  direction: 'SEND_ONLY' as const,
  dependencies,
});
const to = (...ids: string[]): Json => ids.map((id) => ({ uid: CATEGORY, id }));
const tags = (...ids: string[]): Json => ids.map((id) => ({ uid: TAG, id }));

/** Staging shares its articles with live, and no rule names anything else. */
const sharing = async (level: Level = 'PUBLISHED', dependencies: Dependencies = {}): Promise<Scene> => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [rule(ARTICLE, level, dependencies)]);
  return scene;
};
const publish = (scene: Scene, uid: string, id: string, fields: { [name: string]: Json }) => {
  for (const status of ['draft', 'published'] as const) scene.save('staging', uid, id, status, fields);
};
const category = (scene: Scene, id = 'news', fields: { [name: string]: Json } = {}) =>
  publish(scene, CATEGORY, id, { name: `Category ${id}`, ...fields });
const article = (scene: Scene, id: string, fields: { [name: string]: Json }) =>
  publish(scene, ARTICLE, id, { title: `Article ${id}`, ...fields });
const there = (scene: Scene, uid: string) => Object.keys(scene.rows('live', uid)).sort();
const replica = (scene: Scene, entity: string) =>
  scene.table('staging', 'replicas').find((row) => row.entity === entity);
const setDefault = (scene: Scene, mode: 'never' | 'missing' | 'always') =>
  scene.ruleDesk('staging').setDefaultMode(scene.site('live').id, mode);
const NEWS = `${CATEGORY}/news`;

describe('what shared entries refer to and no rule names', () => {
  it('goes along where it is missing there, at the level of what refers to it, and finds its place', async () => {
    const scene = await sharing();
    category(scene);
    article(scene, 'a', { category: to('news') });
    await scene.settle();
    expect(scene.rows('live', CATEGORY)).toEqual({
      'news -/draft': { name: 'Category news' },
      'news -/published': { name: 'Category news' },
    });
    expect(scene.rows('live', ARTICLE)['a en/published']).toMatchObject({ category: to('news') });
    expect(replica(scene, NEWS)).toMatchObject({
      level: 'PUBLISHED',
      direction: 'SEND_ONLY',
      along: 'missing',
      steps: 1,
    });
    expect(scene.entry('live', NEWS)).toMatchObject({ locked: 1, shows: 'PUBLISHED' });
  });

  it('goes along also where it was there before any rule, and without a history', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    category(scene);
    article(scene, 'a', { category: to('news') });
    await scene.settle();
    for (const { action } of scene.table('staging', 'marks')) expect(action).toBe('baseline');
    await scene.rules('staging', 'live', [rule(ARTICLE, 'PUBLISHED')]);
    await scene.settle();
    expect(there(scene, CATEGORY)).toEqual(['news -/draft', 'news -/published']);
  });

  it('does not go as a draft with what is only published, and goes when it is published', async () => {
    const scene = await sharing();
    category(scene);
    scene.remove('staging', CATEGORY, 'news', 'published');
    await scene.settle();
    scene.save('staging', CATEGORY, 'news', 'draft', { name: 'Secret' });
    article(scene, 'a', { category: to('news') });
    await scene.settle();
    expect(there(scene, CATEGORY)).toEqual([]);
    category(scene);
    article(scene, 'a', { category: to('news') });
    await scene.settle();
    expect(there(scene, CATEGORY)).toEqual(['news -/draft', 'news -/published']);
  });

  it('does not go where only a draft refers to it and only what is published is shared', async () => {
    const scene = await sharing();
    category(scene);
    article(scene, 'a', {});
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Article a', category: to('news') });
    await scene.settle();
    expect(there(scene, CATEGORY)).toEqual([]);
    expect(replica(scene, NEWS)).toBeUndefined();
  });

  it('goes whole with what is shared whole', async () => {
    const scene = await sharing('EVERYTHING');
    scene.save('staging', CATEGORY, 'news', 'draft', { name: 'Drafted' });
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'A', category: to('news') });
    await scene.settle();
    expect(scene.rows('live', CATEGORY)).toEqual({ 'news -/draft': { name: 'Drafted' } });
  });

  it('is sent once: what is edited later stays here', async () => {
    const scene = await sharing();
    category(scene);
    article(scene, 'a', { category: to('news') });
    await scene.settle();
    category(scene, 'news', { name: 'Renamed' });
    article(scene, 'b', { category: to('news') });
    await scene.settle();
    expect(scene.rows('live', CATEGORY)['news -/published']).toEqual({ name: 'Category news' });
  });

  it('follows where it always goes along, also from when that was chosen', async () => {
    const scene = await sharing();
    category(scene);
    article(scene, 'a', { category: to('news') });
    await scene.settle();
    category(scene, 'news', { name: 'Renamed' });
    await scene.settle();
    await scene.rules('staging', 'live', [rule(ARTICLE, 'PUBLISHED', { category: 'always' })]);
    await scene.settle();
    expect(scene.rows('live', CATEGORY)['news -/published']).toEqual({ name: 'Renamed' });
    category(scene, 'news', { name: 'Renamed again' });
    await scene.settle();
    expect(scene.rows('live', CATEGORY)['news -/published']).toEqual({ name: 'Renamed again' });
    scene.save('staging', CATEGORY, 'news', 'draft', { name: 'Drafted' });
    await scene.settle();
    expect(scene.table('live', 'contents').some(({ bytes }) => bytes.includes('Drafted'))).toBe(false);
    expect(scene.rows('live', CATEGORY)['news -/draft']).toEqual({ name: 'Renamed again' });
  });

  it('never goes where its field says so, the link’s default counting for other fields', async () => {
    const scene = await sharing('PUBLISHED', { category: 'never' });
    category(scene);
    scene.save('staging', TAG, 'red', 'published', { name: 'Red' });
    article(scene, 'a', { category: to('news'), tags: tags('red') });
    await scene.settle();
    expect([there(scene, CATEGORY), there(scene, TAG)]).toEqual([[], ['red -/published']]);
    expect(scene.table('live', 'parked').map((row) => row.waits_for)).toEqual([NEWS]);
    await setDefault(scene, 'never');
    await scene.rules('staging', 'live', [rule(ARTICLE, 'PUBLISHED')]);
    scene.save('staging', TAG, 'blue', 'published', { name: 'Blue' });
    article(scene, 'b', { category: to('news'), tags: tags('blue') });
    await scene.settle();
    expect([there(scene, CATEGORY), there(scene, TAG)]).toEqual([[], ['red -/published']]);
    await setDefault(scene, 'missing');
    await scene.settle();
    expect([there(scene, CATEGORY), there(scene, TAG)]).toEqual([
      ['news -/draft', 'news -/published'],
      ['blue -/published', 'red -/published'],
    ]);
    expect(scene.rows('live', ARTICLE)['a en/published']).toMatchObject({ category: to('news') });
  });

  it('goes by its own rule where there is one: “Not shared” keeps it here, and takes back what had gone', async () => {
    const scene = await sharing();
    category(scene);
    article(scene, 'a', { category: to('news') });
    await scene.settle();
    await scene.rules('staging', 'live', [rule(ARTICLE, 'PUBLISHED'), rule(CATEGORY, 'NONE')]);
    category(scene, 'sport');
    article(scene, 'b', { category: to('sport') });
    await scene.settle();
    expect(there(scene, CATEGORY)).toEqual([]);
    await scene.rules('staging', 'live', [rule(ARTICLE, 'PUBLISHED')]);
    await scene.settle();
    expect(there(scene, CATEGORY)).toEqual(['news -/draft', 'news -/published', 'sport -/draft', 'sport -/published']);
  });

  it('goes by its own rule towards one site, and along towards another', async () => {
    const scene = await Scene.of('staging', 'live', 'archive');
    for (const other of ['live', 'archive']) await scene.link('staging', other);
    await scene.rules('staging', 'live', [rule(ARTICLE, 'PUBLISHED'), rule(CATEGORY, 'NONE')]);
    await scene.rules('staging', 'archive', [rule(ARTICLE, 'PUBLISHED')]);
    category(scene);
    article(scene, 'a', { category: to('news') });
    await scene.settle();
    expect(there(scene, CATEGORY)).toEqual([]);
    expect(Object.keys(scene.rows('archive', CATEGORY))).toHaveLength(2);
  });

  it('is withdrawn with its rule where the rule of what refers to it goes as well, whichever is decided first', async () => {
    const scene = await sharing();
    await scene.rules('staging', 'live', [rule(ARTICLE, 'EVERYTHING'), rule(CATEGORY, 'EVERYTHING')]);
    article(scene, 'a', {});
    scene.save('staging', CATEGORY, 'news', 'draft', { name: 'News', featured: [{ uid: ARTICLE, id: 'a' }] });
    await scene.settle();
    expect([there(scene, ARTICLE), there(scene, CATEGORY)]).toEqual([
      ['a en/draft', 'a en/published'],
      ['news -/draft'],
    ]);
    await scene.rules('staging', 'live', []);
    await scene.settle();
    expect([there(scene, ARTICLE), there(scene, CATEGORY)]).toEqual([[], []]);
  });

  describe('does not go along by what went along by a rule that is gone, decided before that is:', () => {
    const REF = [{ uid: ARTICLE, id: 'b' }];
    /** Article b is shared by the rule, and featured by a category that goes along with article a. */
    const scened = async () => {
      const scene = await sharing('EVERYTHING', { category: 'always' });
      article(scene, 'b', {});
      category(scene, 'news', { featured: REF });
      category(scene, 'other', { featured: REF });
      article(scene, 'a', { category: to('news') });
      await scene.settle();
      expect(replica(scene, `${ARTICLE}/b`)).toMatchObject({ along: null, level: 'EVERYTHING' });
      await scene.rules('staging', 'live', [rule(TAG, 'EVERYTHING')]);
      return scene;
    };
    const isWithdrawn = async (scene: Scene) => {
      while ((await recordBatch(scene.site('staging').process!.context)) > 0);
      await scene.settle();
      expect(replica(scene, `${ARTICLE}/b`)).toMatchObject({ along: null, wanted: null });
      expect(there(scene, ARTICLE)).toEqual([]);
    };

    it('because it is edited', async () => {
      const scene = await scened();
      article(scene, 'b', { title: 'Edited before any job' });
      await isWithdrawn(scene);
    });

    it('because another lets go of it', async () => {
      const scene = await scened();
      category(scene, 'other', { featured: [] });
      await isWithdrawn(scene);
    });
  });

  it('does not go with what stays here', async () => {
    const scene = await sharing('NONE');
    category(scene);
    article(scene, 'a', { category: to('news') });
    await scene.settle();
    expect(there(scene, CATEGORY)).toEqual([]);
  });
});

describe('what went along', () => {
  it('stays when nobody refers to it any more, and is not followed', async () => {
    const scene = await sharing('PUBLISHED', { category: 'always' });
    category(scene);
    article(scene, 'a', { category: to('news') });
    await scene.settle();
    article(scene, 'a', {});
    await scene.settle();
    category(scene, 'news', { name: 'Renamed' });
    await scene.settle();
    expect(scene.rows('live', CATEGORY)['news -/published']).toEqual({ name: 'Category news' });
    scene.remove('staging', CATEGORY, 'news');
    await scene.settle();
    expect(there(scene, CATEGORY)).toEqual(['news -/draft', 'news -/published']);
  });

  it('stays when what it went with is withdrawn, and no draft of it does', async () => {
    const scene = await sharing('EVERYTHING');
    category(scene);
    scene.save('staging', CATEGORY, 'news', 'draft', { name: 'Drafted' });
    scene.save('staging', CATEGORY, 'secret', 'draft', { name: 'Never published' });
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'A', category: to('news') });
    scene.save('staging', ARTICLE, 'b', 'draft', { title: 'B', category: to('secret') });
    await scene.settle();
    expect(scene.rows('live', CATEGORY)['news -/draft']).toEqual({ name: 'Drafted' });
    await scene.rules('staging', 'live', []);
    await scene.settle();
    expect(there(scene, ARTICLE)).toEqual([]);
    expect(scene.rows('live', CATEGORY)).toEqual({
      'news -/draft': { name: 'Category news' },
      'news -/published': { name: 'Category news' },
    });
    const open = new Set(scene.table('live', 'parts').map(({ content }) => content));
    expect(
      scene.table('live', 'contents').filter(({ hash, bytes }) => open.has(hash) && bytes.includes('Drafted'))
    ).toEqual([]);
  });

  it('takes nothing of later there on its way back, where it was never published before', async () => {
    const scene = await sharing('EVERYTHING');
    scene.save('staging', CATEGORY, 'news', 'draft', { name: 'Drafted' });
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'A', category: to('news') });
    await scene.settle();
    // Published, and not recorded before the rule goes: it is decided twice before the withdrawal leaves.
    category(scene, 'news', { name: 'Published later' });
    await scene.rules('staging', 'live', []);
    const { context } = scene.site('staging').process!;
    await recordBatch(context);
    while (await jobStep(context));
    expect(replica(scene, NEWS)).toMatchObject({ wanted: null, state: 'queued' });
    await scene.settle();
    expect(there(scene, CATEGORY)).toEqual([]);
    expect(scene.table('live', 'contents').filter(({ bytes }) => bytes.includes('Published later'))).toEqual([]);
  });

  it('takes nothing there any more that was queued and had not arrived', async () => {
    const scene = await sharing('PUBLISHED', { category: 'always' });
    category(scene);
    article(scene, 'a', { category: to('news') });
    await scene.settle();
    category(scene, 'news', { name: 'Queued' });
    const { context } = scene.site('staging').process!;
    await recordBatch(context);
    expect(replica(scene, NEWS)).toMatchObject({ state: 'queued' });
    await scene.rules('staging', 'live', []);
    await scene.settle();
    expect(scene.rows('live', CATEGORY)['news -/published']).toEqual({ name: 'Category news' });
    expect(scene.table('live', 'contents').filter(({ bytes }) => bytes.includes('Queued'))).toEqual([]);
    expect(replica(scene, NEWS)).toMatchObject({ state: 'done' });
  });

  it.each([[['Sent']], [['Sent', 'Queued']]])(
    'is there as it was sent last, though the answer was lost, and not as it was saved after that: %j',
    async (names) => {
      const scene = await sharing('PUBLISHED', { category: 'always' });
      category(scene);
      article(scene, 'a', { category: to('news') });
      await scene.settle();
      const { context } = scene.site('staging').process!;
      const live = scene.site('live');
      const deaf = async (_: unknown, messages: Json[]) => {
        await live.process!.receive(scene.site('staging').id, JSON.parse(JSON.stringify(messages)) as Json[]);
        throw new Unreachable('The answer was lost.');
      };
      for (const name of names) {
        category(scene, 'news', { name });
        await recordBatch(context);
        if (name === 'Sent') await deliver(context, { send: deaf } as never, live.id);
      }
      await scene.rules('staging', 'live', []);
      await scene.settle();
      expect(scene.rows('live', CATEGORY)['news -/published']).toEqual({ name: 'Sent' });
      expect(scene.table('live', 'contents').filter(({ bytes }) => bytes.includes('Queued'))).toEqual([]);
      expect(await scene.site('staging').process!.differences()).toEqual([]);
    }
  );

  it('is lowered with what it went with', async () => {
    const scene = await sharing('EVERYTHING');
    category(scene);
    article(scene, 'a', { category: to('news') });
    scene.save('staging', CATEGORY, 'news', 'draft', { name: 'Drafted' });
    await scene.settle();
    await scene.rules('staging', 'live', [rule(ARTICLE, 'PUBLISHED')]);
    await scene.settle();
    expect(scene.rows('live', CATEGORY)['news -/draft']).toEqual({ name: 'Category news' });
  });

  it('changes nothing there that live has of its own, and does not ask again', async () => {
    const scene = await sharing();
    scene.save('live', CATEGORY, 'news', 'draft', { name: 'Of live' });
    await scene.settle();
    category(scene);
    article(scene, 'a', { category: to('news') });
    await scene.settle();
    expect(scene.rows('live', CATEGORY)).toEqual({ 'news -/draft': { name: 'Of live' } });
    expect(replica(scene, NEWS)).toMatchObject({ along: 'there', state: 'done', wanted: null, level: 'NONE' });
    category(scene, 'news', { name: 'Renamed' });
    article(scene, 'b', { category: to('news') });
    await scene.settle();
    expect(replica(scene, NEWS)).toMatchObject({ along: 'there', state: 'done' });
    expect(await scene.site('staging').process!.differences()).toEqual([]);
    // A rule is another matter.
    await scene.rules('staging', 'live', [rule(ARTICLE, 'PUBLISHED'), rule(CATEGORY, 'PUBLISHED')]);
    await scene.settle();
    expect(scene.rows('live', CATEGORY)['news -/published']).toEqual({ name: 'Renamed' });
  });

  it('is sent again where a comparison finds it gone', async () => {
    const scene = await sharing();
    category(scene);
    article(scene, 'a', { category: to('news') });
    await scene.settle();
    const live = scene.site('live').process!.context.store;
    await live.transaction(async ({ tables }) => {
      for (const table of ['replicas', 'leaves', 'entries', 'shown', 'revisions'] as const)
        await tables.remove(table, { entity: NEWS as never });
    });
    scene.lose('live', CATEGORY, 'news');
    await scene.site('staging').process!.repair();
    await scene.settle();
    expect(there(scene, CATEGORY)).toEqual(['news -/draft', 'news -/published']);
  });
});

describe('how far things go along', () => {
  it('three steps, and no further', async () => {
    const scene = await sharing();
    for (const [id, parent] of [
      ['c5', null],
      ['c4', 'c5'],
      ['c3', 'c4'],
      ['c2', 'c3'],
      ['c1', 'c2'],
    ] as const)
      category(scene, id, parent === null ? {} : { parent: to(parent) });
    article(scene, 'a', { category: to('c1') });
    await scene.settle();
    const found = there(scene, CATEGORY).filter((row) => row.endsWith('published'));
    expect(found).toEqual(['c1 -/published', 'c2 -/published', 'c3 -/published']);
    expect(['c1', 'c2', 'c3'].map((id) => replica(scene, `${CATEGORY}/${id}`)?.steps)).toEqual([1, 2, 3]);
    // Somebody who is nearer takes more along.
    article(scene, 'b', { category: to('c3') });
    await scene.settle();
    expect(replica(scene, `${CATEGORY}/c3`)?.steps).toBe(1);
  });

  it('a circle comes to its end', async () => {
    const scene = await sharing();
    category(scene, 'c2');
    category(scene, 'c1', { parent: to('c2') });
    category(scene, 'c2', { parent: to('c1') });
    article(scene, 'a', { category: to('c1') });
    await scene.settle();
    expect(there(scene, CATEGORY).filter((row) => row.endsWith('published'))).toEqual([
      'c1 -/published',
      'c2 -/published',
    ]);
  });

  it('a circle is lowered with what it went with: it does not keep itself higher', async () => {
    const scene = await sharing('EVERYTHING');
    category(scene, 'c2');
    category(scene, 'c1', { parent: to('c2') });
    category(scene, 'c2', { parent: to('c1') });
    article(scene, 'a', { category: to('c1') });
    await scene.settle();
    await scene.rules('staging', 'live', [rule(ARTICLE, 'PUBLISHED')]);
    await scene.settle();
    const levels = ['c1', 'c2'].map((id) => replica(scene, `${CATEGORY}/${id}`));
    expect(levels).toMatchObject([
      { level: 'PUBLISHED', steps: 1 },
      { level: 'PUBLISHED', steps: 2 },
    ]);
  });

  it('a circle does not keep itself waiting to go where nobody refers to it any more', async () => {
    const scene = await sharing();
    category(scene, 'c2');
    category(scene, 'c1', { parent: to('c2') });
    category(scene, 'c2', { parent: to('c1') });
    article(scene, 'a', { category: to('c1') });
    const { context } = scene.site('staging').process!;
    const { recordBatch } = await import('../../../server/src/replication/capture/record');
    while ((await recordBatch(context)) > 0);
    expect(replica(scene, `${CATEGORY}/c2`)).toMatchObject({ state: 'queued', steps: 2 });
    article(scene, 'a', {});
    await scene.settle();
    expect(there(scene, CATEGORY)).toEqual([]);
    expect(replica(scene, `${CATEGORY}/c2`)).toMatchObject({ state: 'done', wanted: null, along: null });
  });

  it('a hundred of one entry’s, the same each time', async () => {
    const scene = await sharing();
    const ids = Array.from({ length: MOST_ALONG + 5 }, (_, index) => `t${String(index).padStart(3, '0')}`);
    for (const id of ids) scene.save('staging', TAG, id, 'published', { name: id });
    article(scene, 'a', { tags: tags(...[...ids].reverse()) });
    await scene.settle();
    expect(there(scene, TAG)).toEqual(ids.slice(0, MOST_ALONG).map((id) => `${id} -/published`));
    article(scene, 'b', { tags: tags(ids.at(-1)!) });
    await scene.settle();
    expect(there(scene, TAG)).toHaveLength(MOST_ALONG + 1);
  });

  it('what went along once takes nothing new along', async () => {
    const scene = await sharing();
    category(scene, 'c1');
    category(scene, 'c2');
    article(scene, 'a', { category: to('c1') });
    await scene.settle();
    category(scene, 'c1', { parent: to('c2') });
    await scene.settle();
    expect(there(scene, CATEGORY)).toEqual(['c1 -/draft', 'c1 -/published']);
  });

  it('what went along once takes along what it refers to, though that has no history yet when it arrives', async () => {
    const scene = await sharing();
    // Nobody has saved these since they are watched: each gets its history when it is first needed.
    for (const status of ['draft', 'published'] as const) {
      scene.alter('staging', CATEGORY, 'c3', status, { name: 'Third' });
      scene.alter('staging', CATEGORY, 'c2', status, { name: 'Second', parent: to('c3') });
      scene.alter('staging', CATEGORY, 'c1', status, { name: 'First', parent: to('c2') });
    }
    article(scene, 'a', { category: to('c1') });
    await scene.settle();
    expect(scene.rows('live', ARTICLE)['a en/published']).toMatchObject({ category: to('c1') });
    expect(scene.rows('live', CATEGORY)['c1 -/published']).toMatchObject({ parent: to('c2') });
    expect(scene.rows('live', CATEGORY)['c2 -/published']).toMatchObject({ parent: to('c3') });
  });
});

describe('“Send it too”', () => {
  const send = (scene: Scene, source: string, target: string) =>
    scene.ruleDesk('staging').sendAlong(scene.site('live').id, source as never, target as never);

  it('takes an entry along that is one too many, whatever the limits say', async () => {
    const scene = await sharing();
    const ids = Array.from({ length: MOST_ALONG + 1 }, (_, index) => `t${String(index).padStart(3, '0')}`);
    for (const id of ids) scene.save('staging', TAG, id, 'published', { name: id });
    article(scene, 'a', { tags: tags(...ids) });
    await scene.settle();
    const last = ids.at(-1)!;
    expect(there(scene, TAG)).not.toContain(`${last} -/published`);
    await send(scene, `${ARTICLE}/a`, `${TAG}/${last}`);
    await scene.settle();
    expect(there(scene, TAG)).toContain(`${last} -/published`);
  });

  it('takes an entry along that its field keeps, once', async () => {
    const scene = await sharing('PUBLISHED', { category: 'never' });
    category(scene);
    article(scene, 'a', { category: to('news') });
    await scene.settle();
    await send(scene, `${ARTICLE}/a`, NEWS);
    await scene.settle();
    expect(scene.rows('live', ARTICLE)['a en/published']).toMatchObject({ category: to('news') });
    category(scene, 'news', { name: 'Renamed' });
    await scene.settle();
    expect(scene.rows('live', CATEGORY)['news -/published']).toEqual({ name: 'Category news' });
  });

  it('takes nothing along that a rule keeps, that is not referred to, or with what stays here', async () => {
    const scene = await sharing('PUBLISHED');
    await scene.rules('staging', 'live', [rule(ARTICLE, 'PUBLISHED'), rule(CATEGORY, 'NONE')]);
    category(scene);
    scene.save('staging', TAG, 'red', 'published', { name: 'Red' });
    article(scene, 'a', { category: to('news') });
    scene.save('staging', ARTICLE, 'draft', 'draft', { title: 'Drafted', tags: tags('red') });
    await scene.settle();
    await expect(send(scene, `${ARTICLE}/a`, NEWS)).rejects.toMatchObject({ code: 'RULE_DECIDES' });
    await expect(send(scene, `${ARTICLE}/a`, `${TAG}/red`)).rejects.toMatchObject({ code: 'NOT_REFERRED' });
    await expect(send(scene, `${ARTICLE}/draft`, `${TAG}/red`)).rejects.toMatchObject({ code: 'NOT_SHARED' });
    await scene.settle();
    expect([there(scene, CATEGORY), there(scene, TAG)]).toEqual([[], []]);
  });
});

describe('rules with dependencies', () => {
  it('are refused for fields that refer to nothing, unknown modes, and the whole site', async () => {
    const scene = await sharing();
    const put = (one: object) => scene.rules('staging', 'live', [{ ...rule(ARTICLE, 'PUBLISHED'), ...one } as never]);
    await expect(put({ dependencies: { title: 'never' } })).rejects.toMatchObject({ code: 'BAD_FIELD' });
    await expect(put({ dependencies: { constructor: 'never' } })).rejects.toMatchObject({ code: 'BAD_FIELD' });
    await expect(put({ dependencies: { category: 'sometimes' } })).rejects.toMatchObject({ code: 'BAD_MODE' });
    await expect(put({ scope: 'instance', uid: '', dependencies: { category: 'never' } })).rejects.toMatchObject({
      code: 'BAD_FIELD',
    });
    await expect(setDefault(scene, 'sometimes' as never)).rejects.toMatchObject({ code: 'BAD_MODE' });
  });
});

describe('what went along with an entry that is withdrawn', () => {
  it('does not leave any more, where it has not arrived yet', async () => {
    const scene = await Scene.of('first', 'staging', 'live');
    await scene.link('first', 'staging');
    await scene.link('staging', 'live');
    await scene.rules('first', 'staging', [rule(ARTICLE, 'EVERYTHING')]);
    await scene.rules('staging', 'live', [rule(ARTICLE, 'EVERYTHING')]);
    publish(scene, CATEGORY, 'own', { name: 'Of staging' });
    scene.save('first', ARTICLE, 'a', 'draft', { title: 'Of first' });
    await scene.settle();
    // Linked from the other side of the relation, say: the article is read-only here.
    const { store } = scene.site('staging').process!.context;
    const own = keyOf({ uid: CATEGORY, id: 'own' });
    await store.transaction(async ({ tables }) => {
      const part = 'en/draft';
      const ref = { source: keyOf({ uid: ARTICLE, id: 'a' }), part, target: own, fields: 'category' };
      await tables.insert('refs', [ref], 'fail');
    });
    await store.transaction((unit) =>
      refreshReplicas(scene.site('staging').process!.context, unit, [], [], {
        retargeted: { gained: new Set(), lost: new Set([own]) },
      })
    );
    expect(replica(scene, own)).toMatchObject({ along: 'missing', level: 'EVERYTHING' });
    await scene.rules('first', 'staging', []);
    const first = scene.site('first').process!.context;
    while (await jobStep(first));
    const wire = {
      send: (_: unknown, messages: Json[]) =>
        scene.site('staging').process!.receive(scene.site('first').id, structuredClone(messages)),
    };
    await deliver(first, wire as never, scene.site('staging').id);
    expect(scene.rows('staging', ARTICLE)).toEqual({});
    expect(replica(scene, own)).toMatchObject({ level: 'NONE', wanted: null, state: 'done' });
  });
});
