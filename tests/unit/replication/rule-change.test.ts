import { deliver } from '../../../server/src/replication/transport/deliver';
import { recordBatch } from '../../../server/src/replication/capture/record';
import { ARTICLE } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

describe('what a rule does not let go any more', () => {
  it('does not leave while the job that follows the rules is still on its way', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    await scene.settle();
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Secret' });
    const staging = scene.site('staging');
    const { context } = staging.process!;
    await recordBatch(context);
    expect(scene.table('staging', 'replicas')).toMatchObject([{ state: 'queued', level: 'EVERYTHING' }]);

    await scene.rules('staging', 'live', [all('PUBLISHED')]);
    const sent: unknown[] = [];
    const wire = { send: (_: unknown, messages: unknown[]) => Promise.resolve((sent.push(...messages), [])) };
    await deliver(context, wire as never, scene.site('live').id);
    expect(sent).toEqual([]);
  });
});
