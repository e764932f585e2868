import { recordBatch } from '../../../server/src/replication/capture/record';
import type { Json } from '../../../server/src/replication/entity';
import { Unreachable } from '../../../server/src/replication/errors';
import { deliver } from '../../support/world/deliver';
import { TAG } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

describe('a delivery that comes once more after a newer one', () => {
  it.each(['EVERYTHING', 'PUBLISHED'] as const)('takes nothing of what both sites have (%s)', async (level) => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all(level)]);
    const { context } = scene.site('staging').process!;
    const receive = (messages: Json[]) =>
      scene.site('live').process!.receive(scene.site('staging').id, JSON.parse(JSON.stringify(messages)) as Json[]);
    const sent: Json[][] = [];
    const wire = { send: (_: unknown, messages: Json[]) => (sent.push(messages), receive(messages)) };

    for (const name of ['One', 'Two']) {
      scene.save('staging', TAG, 'a', 'published', { name });
      await recordBatch(context);
      await deliver(context, wire as never, scene.site('live').id);
    }
    expect(sent).toHaveLength(2);
    await receive(sent[0]!);
    await scene.settle();
    expect(scene.rows('live', TAG)).toEqual({ 'a -/published': { name: 'Two' } });
    expect(await scene.site('live').process!.differences()).toEqual([]);
  });
});

it('a withdrawal that overtakes what it takes back leaves nothing there', async () => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('EVERYTHING')]);
  const { context } = scene.site('staging').process!;
  const receive = (messages: Json[]) =>
    scene.site('live').process!.receive(scene.site('staging').id, JSON.parse(JSON.stringify(messages)) as Json[]);
  scene.save('staging', TAG, 'a', 'published', { name: 'One' });
  await recordBatch(context);
  const late: Json[] = [];
  const slow = {
    send: (_: unknown, messages: Json[]) => (late.push(...messages), Promise.reject(new Unreachable('…'))),
  };
  await deliver(context, slow as never, scene.site('live').id);
  await scene.rules('staging', 'live', []);
  await scene.settle();
  expect(scene.table('staging', 'replicas')).toMatchObject([{ state: 'done', wanted: null }]);

  expect(late).toHaveLength(1);
  expect(await receive(late)).toMatchObject([{ status: 'stale' }]);
  expect(scene.rows('live', TAG)).toEqual({});
});
