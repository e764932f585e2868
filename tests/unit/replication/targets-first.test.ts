import { recordBatch } from '../../../server/src/replication/capture/record';
import { asidesOf } from '../../../server/src/replication/capture/set-aside';
import type { Fields } from '../../../server/src/replication/entity';
import { claim, CLAIM_LIMIT } from '../../../server/src/replication/queue/claim';
import { jobStep } from '../../../server/src/replication/reconcile/jobs';
import { targetsFirst } from '../../../server/src/replication/targets-first';
import { ARTICLE, CATEGORY, TAG } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

describe('what others refer to', () => {
  const order = (names: string[], refers: Record<string, string[]>) =>
    targetsFirst(
      names,
      (name) => name,
      (name) => refers[name] ?? []
    ).join('');

  it('comes before them, and nothing else is moved', () => {
    expect(order([...'abcd'], {})).toBe('abcd');
    expect(order([...'abcd'], { a: ['c'], b: ['a'] })).toBe('cabd');
    expect(order([...'abcd'], { a: ['b', 'd'], d: ['c'] })).toBe('bcda');
  });

  it('is every item once, in a ring too, and whatever is named besides', () => {
    expect(order([...'abc'], { a: ['b'], b: ['c'], c: ['a', 'z'] })).toBe('cba');
    expect(order([...'ab'], { a: ['a', 'b'] })).toBe('ba');
  });

  it('is found along a chain of any length', () => {
    const names = Array.from({ length: 100_000 }, (_, index) => String(index));
    const ordered = targetsFirst(
      names,
      (name) => name,
      (name) => [String(Number(name) + 1)]
    );
    expect(ordered).toEqual([...names].reverse());
  });
});

const CATEGORIES = [{ uid: CATEGORY, id: 'c' }];

/** Two sites, of which one gives everything to the other. */
const oneWay = async (): Promise<Scene> => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('EVERYTHING')]);
  await scene.settle();
  return scene;
};

it('is linked in the same moment, where it comes in one request: the rest of the site hears of the entry once', async () => {
  const scene = await oneWay();
  const heard: string[] = [];
  scene.site('live').onNews = ({ uid, action }) => heard.push(`${action} ${uid}`);
  const marks: string[] = [];
  const live = scene.site('live');
  live.database.beforeStatement = () => {
    for (const { action } of scene.table('live', 'marks')) marks.push(action);
  };
  // Saved first, so queued first.
  scene.save('staging', ARTICLE, 'a', 'draft', { title: 'One' });
  scene.save('staging', CATEGORY, 'c', 'draft', { name: 'News' });
  scene.save('staging', ARTICLE, 'a', 'draft', { title: 'One', category: CATEGORIES });
  await recordBatch(scene.site('staging').process!.context);
  await scene.settle();

  expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'One', category: CATEGORIES } });
  expect(heard.sort()).toEqual([`create ${ARTICLE}`, `create ${CATEGORY}`]);
  expect(marks).toEqual([]);
});

it('is taken forward in the queue, also from behind a hundred others', async () => {
  const scene = await oneWay();
  const staging = scene.site('staging');
  const articles = (fields: Fields) => {
    for (let index = 0; index < CLAIM_LIMIT + 20; index += 1)
      scene.save('staging', ARTICLE, `a${index}`, 'draft', { title: 'One', ...fields });
  };
  articles({});
  scene.save('staging', CATEGORY, 'c', 'draft', { name: 'News' });
  scene.save('staging', CATEGORY, 'p', 'draft', { name: 'All' });
  scene.save('staging', CATEGORY, 'c', 'draft', { name: 'News', parent: [{ uid: CATEGORY, id: 'p' }] });
  articles({ category: CATEGORIES });
  while ((await recordBatch(staging.process!.context)) > 0);

  const { context } = staging.process!;
  const { replicas } = await context.store.transaction((unit) => claim(context, unit, scene.site('live').id));
  expect(replicas).toHaveLength(CLAIM_LIMIT);
  expect(replicas.slice(0, 3).map(({ entity }) => entity)).toEqual([`${CATEGORY}/p`, `${CATEGORY}/c`, `${ARTICLE}/a0`]);
});

describe('a first fill', () => {
  const marked = (scene: Scene) => scene.table('staging', 'marks').filter(({ action }) => action === 'baseline');

  /** What was there before anything was shared: it left no marks. */
  const before = (scene: Scene, save: () => void): void => {
    save();
    const { database } = scene.site('staging');
    database.now((transaction) => transaction.remove('marks', {}));
  };

  /** More than the recorder takes at once, and a rule for all of them. */
  const manyTags = async (): Promise<Scene> => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    before(scene, () => {
      for (let index = 0; index < 450; index += 1)
        scene.save('staging', TAG, `t${index}`, 'published', { name: 'Tag' });
    });
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    return scene;
  };

  it('begins with the types that others refer to, after what rules say of what is known', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    before(scene, () => {
      scene.save('staging', ARTICLE, 'a', 'draft', { title: 'One' });
      scene.save('staging', CATEGORY, 'c', 'draft', { name: 'News' });
      scene.save('staging', TAG, 't', 'published', { name: 'Tag' });
    });
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    while (await jobStep(scene.site('staging').process!.context));
    const order = marked(scene).map(({ uid }) => uid);
    expect(order.indexOf(TAG)).toBeLessThan(order.indexOf(ARTICLE));
    expect(order.sort()).toEqual([ARTICLE, CATEGORY, TAG]);
  });

  it('marks no more than the recorder takes soon, and goes on when that is recorded', async () => {
    const scene = await manyTags();
    const { context } = scene.site('staging').process!;
    while (await jobStep(context));
    expect(marked(scene)).toHaveLength(200);
    // Somebody saves meanwhile: it is recorded after these, not after all.
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'One' });
    await recordBatch(context);
    await recordBatch(context);
    await recordBatch(context);
    expect(scene.table('staging', 'entries').find(({ entity }) => entity === `${ARTICLE}/a`)?.head).toBeTruthy();
    await scene.settle();
    expect(Object.keys(scene.rows('live', TAG))).toHaveLength(450);
  });

  it('does not wait for entries that cannot be recorded', async () => {
    const scene = await manyTags();
    const { context } = scene.site('staging').process!;
    while (await jobStep(context));
    for (const mark of marked(scene)) asidesOf(context).add(mark);
    expect(await jobStep(context)).toBe(true);
    expect(marked(scene)).toHaveLength(400);
  });
});
