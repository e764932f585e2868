import { recordBatch } from '../../../server/src/replication/capture/record';
import type { Json } from '../../../server/src/replication/entity';
import { retryNow } from '../../../server/src/replication/queue/next-due';
import type { Answer } from '../../../server/src/replication/transport/message';
import { deliver } from '../../support/world/deliver';
import { TAG } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

it('an entry whose bytes the other site lacks is sent once more as a whole: nothing else says which bytes they are', async () => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('EVERYTHING')]);
  await scene.settle();
  const { context } = scene.site('staging').process!;
  const lacking: Answer = {
    status: 'held',
    code: 'FILE_BYTES_MISSING',
    values: {},
    reason: 'The bytes of this file have not arrived.',
    bytes: ['a'.repeat(64)],
  };
  const answers: Answer[] = [lacking, lacking, { status: 'applied' }];
  const sent: { revisions: Json[] }[] = [];
  const wire = {
    send: (_: unknown, messages: never[]) => (sent.push(...messages), Promise.resolve([answers.shift()])),
  };
  scene.save('staging', TAG, 'a', 'published', { name: 'One' });
  await recordBatch(context);
  for (const state of ['held', 'held', 'done']) {
    await deliver(context, wire as never, scene.site('live').id);
    expect(scene.table('staging', 'replicas')).toMatchObject([{ state }]);
    await retryNow(context, {});
  }
  expect(sent.map(({ revisions }) => revisions.length)).toEqual([1, 1, 1]);
});
