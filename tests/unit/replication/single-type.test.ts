import { recordBatch } from '../../../server/src/replication/capture/record';
import { HOME } from '../../support/world/catalogue';
import { Scene } from '../../support/world/scene';

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
