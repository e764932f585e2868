import { recordBatch } from '../../../server/src/replication/capture/record';
import { ASIDE_MS } from '../../../server/src/replication/capture/set-aside';
import type { Context } from '../../../server/src/replication/context';
import type { DomainEvent } from '../../../server/src/replication/events';
import type { Store, Unit } from '../../../server/src/replication/ports';
import { TAG } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

/** A store in which the rows of one entry cannot be read as long as `broken` says so. */
const brokenAt = (store: Store, id: string, broken: () => boolean): Store => {
  const unit = ({ tables, content }: Unit): Unit => ({
    tables,
    content: {
      ...content,
      read: (uid, ids) => {
        if (broken() && ids.includes(id)) throw new Error('NaN is not allowed');
        return content.read(uid, ids);
      },
      presence: (uid, ids) => content.presence(uid, ids),
      lock: (uid, ids) => content.lock(uid, ids),
      write: (...args) => content.write(...args),
    },
  });
  return {
    transaction: (work) => store.transaction((inner) => work(unit(inner))),
    savepoint: (outer, work) => store.savepoint(outer, (inner) => work(unit(inner))),
  };
};

it('holds up no other entry where one cannot be recorded, and records that one when it can be', async () => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('EVERYTHING')]);
  await scene.settle();
  const { context: real } = scene.site('staging').process!;
  const events: DomainEvent[] = [];
  let broken = true;
  let now = real.clock.now();
  const context: Context = {
    ...real,
    store: brokenAt(real.store, 'bad', () => broken),
    clock: { now: () => now },
    observer: { notice: (event) => void events.push(event) },
  };
  for (const id of ['bad', 'good', 'also']) scene.save('staging', TAG, id, 'published', { name: id });

  expect(await recordBatch(context)).toBeGreaterThan(0);
  const recorded = () => scene.table('staging', 'revisions').map(({ entity }) => entity);
  expect(recorded().sort()).toEqual([`${TAG}/also`, `${TAG}/good`]);
  expect(events.filter(({ type }) => type === 'unrecorded')).toMatchObject([{ uid: TAG, localId: 'bad' }]);

  // What is saved meanwhile does not wait for it either, and it is not tried with each of these.
  expect(await recordBatch(context)).toBe(0);
  scene.save('staging', TAG, 'later', 'published', { name: 'later' });
  expect(await recordBatch(context)).toBeGreaterThan(0);
  expect(events.filter(({ type }) => type === 'unrecorded')).toHaveLength(1);

  broken = false;
  now += ASIDE_MS + 1;
  expect(await recordBatch(context)).toBeGreaterThan(0);
  expect(recorded()).toContain(`${TAG}/bad`);
});
