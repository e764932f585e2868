import { keyOf } from '../../../server/src/replication/entity';
import { recentRevisions } from '../../../server/src/replication/history/recent';
import { ARTICLE, HOME } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

/** What a person has saved in the moment in which the entry became read-only there: no check could know it yet. */
describe('what was saved in the moment in which the entry became read-only', () => {
  const received = async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'From staging' });
    scene.save('staging', HOME, 'first', 'draft', { headline: 'From staging' });
    await scene.settle();
    return scene;
  };
  const kept = (scene: Scene) => scene.table('live', 'revisions').filter(({ side }) => side === 1);

  it('gives way to the version that is edited elsewhere, and is kept', async () => {
    const scene = await received();
    scene.save('live', ARTICLE, 'a', 'draft', { title: 'From live' });
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'From staging' } });
    expect(kept(scene)).toHaveLength(1);
    expect(scene.table('live', 'leaves')).toHaveLength(2);
    const { store } = scene.site('live').process!.context;
    const told = await store.transaction(({ tables }) => recentRevisions(tables, keyOf({ uid: ARTICLE, id: 'a' }), 5));
    expect(told).toMatchObject([
      { deed: 'edited', people: ['live'], aside: true },
      { deed: 'created', people: ['staging'], aside: false },
    ]);
  });

  it('is there again where it was deleted', async () => {
    const scene = await received();
    scene.remove('live', ARTICLE, 'a');
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'From staging' } });
  });

  it('gives way as a second document of a single type', async () => {
    const scene = await received();
    scene.save('live', HOME, 'second', 'draft', { headline: 'From live' });
    await scene.settle();
    expect(scene.rows('live', HOME)).toEqual({ 'first -/draft': { headline: 'From staging' } });
    expect(kept(scene)).toHaveLength(1);
  });

  it('stays until the next version comes where nobody signed for it', async () => {
    const scene = await received();
    scene.save('live', ARTICLE, 'a', 'draft', { title: 'By a script' }, null);
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'By a script' } });
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Newer' });
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'Newer' } });
  });
});
