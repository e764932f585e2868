import { setImmediate as turn } from 'node:timers/promises';
import { recordBatch } from '../../../server/src/replication/capture/record';
import type { Json } from '../../../server/src/replication/entity';
import { Unreachable } from '../../../server/src/replication/errors';
import { CLAIM_LIMIT } from '../../../server/src/replication/queue/claim';
import { Couriers } from '../../../server/src/running/couriers';
import { RightOfWay } from '../../../server/src/running/right-of-way';
import { TAG } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

type Send = (messages: Json[]) => Promise<Json[]>;

const withQueue = async (entries: number) => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('EVERYTHING')]);
  for (let index = 0; index < entries; index += 1) {
    scene.save('staging', TAG, `t${index}`, 'published', { name: `Tag ${index}` });
  }
  const { context } = scene.site('staging').process!;
  while ((await recordBatch(context)) > 0);
  const live = scene.site('live');
  const arrive: Send = (messages) => live.process!.receive(scene.site('staging').id, structuredClone(messages));

  const errors: unknown[] = [];
  const couriersOver = (send: Send) => {
    const wire = {
      send: (_: unknown, messages: Json[], onLast: () => void) => {
        onLast();
        return send(messages);
      },
    };
    const couriers = new Couriers(
      () => context,
      wire as never,
      new RightOfWay(),
      (error) => errors.push(error)
    );
    couriers.follow(scene.table('staging', 'links'));
    couriers.start();
    return couriers;
  };
  const states = () => new Set(scene.table('staging', 'replicas').map(({ state }) => state));
  const come = async (happened: () => boolean) => {
    for (let turns = 0; turns < 2_000 && !happened(); turns += 1) await turn();
  };
  return { scene, live, arrive, couriersOver, states, come, errors };
};

it('sends the next full request while one is under way, and no third', async () => {
  const { scene, arrive, couriersOver, states, come, errors } = await withQueue(3 * CLAIM_LIMIT + 20);
  const sent: number[] = [];
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  const couriers = couriersOver(async (messages) => {
    sent.push(messages.length);
    await held;
    return arrive(messages);
  });
  await come(() => sent.length >= 2);
  for (let turns = 0; turns < 100; turns += 1) await turn();
  expect(sent).toEqual([CLAIM_LIMIT, CLAIM_LIMIT]);
  answer();
  await come(() => couriers.idle && states().size === 1);
  await couriers.stop();
  expect(sent.sort((a, b) => a - b)).toEqual([20, CLAIM_LIMIT, CLAIM_LIMIT, CLAIM_LIMIT]);
  expect(states()).toEqual(new Set(['done']));
  expect(Object.keys(scene.rows('live', TAG))).toHaveLength(3 * CLAIM_LIMIT + 20);
  expect(errors).toEqual([]);
});

it('has one request under way where there is less than one full', async () => {
  const { arrive, couriersOver, states, come } = await withQueue(CLAIM_LIMIT - 1);
  let under = 0;
  let most = 0;
  const couriers = couriersOver(async (messages) => {
    most = Math.max(most, (under += 1));
    for (let turns = 0; turns < 50; turns += 1) await turn();
    under -= 1;
    return arrive(messages);
  });
  await come(() => states().has('done'));
  await couriers.stop();
  expect(most).toBe(1);
});

it('leaves everything in the queue where both requests break off', async () => {
  const { couriersOver, states, come, errors } = await withQueue(2 * CLAIM_LIMIT);
  let under = 0;
  const couriers = couriersOver(async () => {
    under += 1;
    for (let turns = 0; turns < 50; turns += 1) await turn();
    throw new Unreachable('The connection broke.');
  });
  await come(() => under === 2 && couriers.idle);
  await couriers.stop();
  expect(under).toBe(2);
  expect(states()).toEqual(new Set(['queued']));
  expect(errors).toEqual([]);
});

it('stops between two requests', async () => {
  const { arrive, couriersOver, states, come } = await withQueue(4 * CLAIM_LIMIT);
  let sent = 0;
  const couriers = couriersOver(async (messages) => {
    sent += 1;
    for (let turns = 0; turns < 5; turns += 1) await turn();
    return arrive(messages);
  });
  await come(() => sent >= 1);
  await couriers.stop();
  expect(sent).toBeLessThan(4);
  expect(states()).toEqual(new Set(['done', 'queued']));
});
