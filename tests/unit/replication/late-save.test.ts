import { haveSameBytes } from '../../../server/src/replication/capture/late-save';
import { keyOf } from '../../../server/src/replication/entity';
import type { EntryContent } from '../../../server/src/replication/history/content';
import { recentRevisions } from '../../../server/src/replication/history/recent';
import { ARTICLE } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

/** An entry of `staging` that became read-only on `live` so long ago. */
const readOnlySince = async (milliseconds: number) => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('EVERYTHING')]);
  scene.save('staging', ARTICLE, 'a', 'draft', { title: 'From staging' });
  await scene.settle();
  const { store, clock } = scene.site('live').process!.context;
  await store.transaction(({ tables }) =>
    tables.update('entries', { uid: ARTICLE }, { locked_at: clock.now() - milliseconds })
  );
  const recent = () => store.transaction(({ tables }) => recentRevisions(tables, keyOf({ uid: ARTICLE, id: 'a' }), 5));
  return { scene, recent };
};

const ofStaging = { 'a en/draft': { title: 'From staging' } };

describe('what somebody saves in the moment in which an entry becomes read-only', () => {
  it('gives way, is kept, and named among its recent changes', async () => {
    const { scene, recent } = await readOnlySince(1_000);
    scene.save('live', ARTICLE, 'a', 'draft', { title: 'From live' });
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual(ofStaging);
    expect(await recent()).toMatchObject([
      { deed: 'edited', people: ['live'], aside: true },
      { deed: 'created', people: ['staging'], aside: false },
    ]);
  });

  it('gives way where it was published, too', async () => {
    const { scene, recent } = await readOnlySince(1_000);
    scene.save('live', ARTICLE, 'a', 'published', { title: 'Published by live' });
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual(ofStaging);
    expect(await recent()).toMatchObject([
      { people: ['live'], aside: true },
      { people: ['staging'], aside: false },
    ]);
  });

  it('is there again where it was deleted', async () => {
    const { scene, recent } = await readOnlySince(1_000);
    scene.remove('live', ARTICLE, 'a');
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual(ofStaging);
    expect(await recent()).toMatchObject([{ deed: 'deleted', people: ['live'], aside: true }, { people: ['staging'] }]);
  });

  it('is there again where it had vanished and somebody says that it was deleted', async () => {
    const { scene } = await readOnlySince(1_000);
    scene.lose('live', ARTICLE, 'a');
    await scene.sweep('live');
    await scene.answer('live', 'VANISHED', 'deleted');
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual(ofStaging);
    expect(await scene.questions('live')).toEqual([]);
  });

  it('gives way where the clock of who applies was a little ahead', async () => {
    const { scene } = await readOnlySince(-1_000);
    scene.save('live', ARTICLE, 'a', 'draft', { title: 'From live' });
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual(ofStaging);
  });
});

describe('what is changed all the same in what is read-only', () => {
  const fromLive = { 'a en/draft': { title: 'From live' } };

  it('long after, stands until the next version comes, and gives way then', async () => {
    const { scene } = await readOnlySince(3_600_000);
    scene.save('live', ARTICLE, 'a', 'draft', { title: 'From live' });
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual(fromLive);
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Newer' });
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'Newer' } });
  });

  it('by a hook, stands as well: it would do so for ever', async () => {
    const { scene } = await readOnlySince(1_000);
    scene.save('live', ARTICLE, 'a', 'draft', { title: 'From live' }, null);
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual(fromLive);
  });
});

describe('a file that somebody saves in the moment in which it becomes read-only', () => {
  const file = (sha256: string, caption: string): EntryContent =>
    new Map([
      [
        '-/published',
        { fields: { caption, sha256: sha256.repeat(64), formats: { small: { sha256: 'c'.repeat(64) } } } },
      ],
    ]);

  it('can be put back as long as its bytes are there', () => {
    expect(haveSameBytes(file('a', 'Theirs'), file('a', 'Ours'))).toBe(true);
    expect(haveSameBytes(file('a', 'Theirs'), file('b', 'Theirs'))).toBe(false);
    expect(haveSameBytes(file('a', 'Theirs'), new Map())).toBe(false);
  });
});
