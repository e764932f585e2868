import { recordBatch } from '../../../server/src/replication/capture/record';
import { Unreachable } from '../../../server/src/replication/errors';
import { deliver } from '../../support/world/deliver';
import { ARTICLE } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

it('is tried again after whole milliseconds, which every database can store', async () => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('EVERYTHING')]);
  await scene.settle();
  const { context } = scene.site('staging').process!;
  const down = () => Promise.reject(new Unreachable('It is down.'));
  const wire = { send: down, sendBlob: down, ask: down } as never;
  const fraction = {
    ...context,
    chance: { ...context.chance, bytes: (n: number) => context.chance.bytes(n), fraction: () => 0.77712345 },
  };
  scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Title' });

  await recordBatch(context);
  await deliver(fraction, wire, scene.site('live').id);
  const [link] = scene.table('staging', 'links');
  expect(link).toMatchObject({ failures: 1, last_error: 'It is down.' });
  expect(Number.isInteger(link!.retry_at)).toBe(true);
  expect(scene.table('staging', 'replicas')[0]).toMatchObject({ state: 'queued', lease: null });
});
