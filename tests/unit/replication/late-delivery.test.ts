import type { Json } from '../../../server/src/replication/entity';
import { recordBatch } from '../../../server/src/replication/capture/record';
import { Unreachable } from '../../../server/src/replication/errors';
import { deliver } from '../../../server/src/replication/transport/deliver';
import { TAG } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

it.each(['EVERYTHING', 'PUBLISHED'] as const)(
  'does not make a delivery at %s that comes late, after what followed it, look as if that had never come',
  async (level) => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all(level)]);
    scene.save('staging', TAG, 'a', 'published', { name: 'One' });
    await scene.settle();

    // The second version is on its way for long: whoever sent it takes the connection for broken and sends the third.
    const staging = scene.site('staging').process!;
    scene.save('staging', TAG, 'a', 'published', { name: 'Two' });
    await recordBatch(staging.context);
    let late: Json[] = [];
    const slow = {
      send: (_: unknown, messages: Json[]) => {
        late = messages;
        return Promise.reject(new Unreachable('No answer in time.'));
      },
    };
    await deliver(staging.context, slow as never, scene.site('live').id);
    scene.save('staging', TAG, 'a', 'published', { name: 'Three' });
    await scene.settle();
    expect(scene.rows('live', TAG)).toEqual({ 'a -/published': { name: 'Three' } });

    expect(late).toHaveLength(1);
    await scene.site('live').process!.receive(scene.site('staging').id, late);
    await scene.settle();
    expect(scene.rows('live', TAG)).toEqual({ 'a -/published': { name: 'Three' } });
    expect(await staging.differences()).toEqual([]);
  }
);
