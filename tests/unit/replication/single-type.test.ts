import { recordBatch } from '../../../server/src/replication/capture/record';
import { keyOf } from '../../../server/src/replication/entity';
import { recentRevisions } from '../../../server/src/replication/history/recent';
import { HOME } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

/** The home page of `live` came from `staging`, and while it came in somebody on `live` has made one, too. */
const withSecondDocument = async () => {
  const scene = await Scene.of('staging', 'live');
  await scene.world.link(scene.site('staging'), scene.site('live'), 'EVERYTHING', 'BOTH');
  scene.save('staging', HOME, 'first', 'draft', { headline: 'From staging' });
  scene.save('staging', HOME, 'first', 'published', { headline: 'Public' });
  await scene.settle();
  scene.save('live', HOME, 'second', 'draft', { headline: 'From live' });
  return scene;
};

describe('a second document of a single type', () => {
  it('becomes an edit of the one entry', async () => {
    const scene = await withSecondDocument();
    await scene.settle();
    const rows = { 'first -/draft': { headline: 'From live' }, 'first -/published': { headline: 'Public' } };
    expect(scene.rows('live', HOME)).toEqual(rows);
    expect(scene.rows('staging', HOME)).toEqual(rows);
  });

  it('gives way where the entry is read-only by now, is kept, and named among its recent changes', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    scene.save('staging', HOME, 'first', 'draft', { headline: 'From staging' });
    await scene.settle();
    scene.save('live', HOME, 'second', 'draft', { headline: 'From live' });
    await scene.settle();
    expect(scene.rows('live', HOME)).toEqual({ 'first -/draft': { headline: 'From staging' } });
    const { store } = scene.site('live').process!.context;
    const told = await store.transaction(({ tables }) => recentRevisions(tables, keyOf({ uid: HOME, id: HOME }), 5));
    expect(told).toMatchObject([
      { deed: 'edited', people: ['live'], aside: true },
      { deed: 'created', people: ['staging'], aside: false },
    ]);
  });

  it('is kept where it was there before anybody marked it', async () => {
    const scene = await withSecondDocument();
    await scene
      .site('live')
      .process!.context.store.transaction(({ tables }) =>
        tables.update('marks', { document_id: 'second' }, { action: 'baseline' })
      );
    await recordBatch(scene.site('live').process!.context);
    expect(Object.keys(scene.rows('live', HOME))).toContain('second -/draft');
  });
});

describe('a single type whose entry is deleted and made anew', () => {
  it('is one entry, at whichever moment of the recording that happens', async () => {
    let happened = true;
    for (let statement = 1; happened; statement += 1) {
      const scene = await Scene.of('live');
      const live = scene.site('live');
      scene.save('live', HOME, 'old', 'draft', { headline: 'Old' });
      scene.save('live', HOME, 'old', 'published', { headline: 'Old' });
      await scene.settle();
      scene.remove('live', HOME, 'old');

      let count = 0;
      happened = false;
      live.database.beforeStatement = () => {
        count += 1;
        if (count !== statement) return;
        happened = true;
        scene.save('live', HOME, 'new', 'draft', { headline: 'New' });
      };
      await recordBatch(live.process!.context).catch(() => undefined);
      live.database.beforeStatement = null;
      await scene.settle();
      const head = scene.entry('live', `${HOME}/${HOME}`)?.head;
      const parts = scene.table('live', 'parts').filter(({ revision, name }) => revision === head && name !== 'people');
      expect([statement, ...parts.map(({ name }) => name)]).toEqual([statement, ...(happened ? ['-/draft'] : [])]);
    }
  });
});
