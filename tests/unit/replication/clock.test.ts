import { forgetOddTimes } from '../../../server/src/replication/reconcile/housekeeping';
import { ARTICLE } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

describe('a clock that was a week ahead and is set right', () => {
  it.each([
    ['a delivery that had to wait', { state: 'queued', retry_at: 604_800_000 }],
    ['a delivery that a dead process had taken', { state: 'sending', lease: 'x', lease_until: 604_800_000 }],
  ])('does not hold up %s', async (_, put) => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Title' });
    await scene.settle();
    const { store, clock } = scene.site('staging').process!.context;
    const late = Object.fromEntries(
      Object.entries(put).map(([name, value]) => [name, typeof value === 'number' ? clock.now() + value : value])
    );
    await store.transaction(({ tables }) => tables.update('replicas', {}, late));
    await forgetOddTimes(scene.site('staging').process!.context);
    const [replica] = scene.table('staging', 'replicas');
    expect(replica!.retry_at).toBeLessThanOrEqual(clock.now());
    expect(replica!.lease_until).toBeLessThanOrEqual(clock.now());
  });
});
