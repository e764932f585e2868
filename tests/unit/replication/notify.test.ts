import type { Context } from '../../../server/src/replication/context';
import type { DomainEvent } from '../../../server/src/replication/events';
import { notifyBatch, releaseNotes } from '../../../server/src/replication/notify/notify';
import type { Content, NewRow, News } from '../../../server/src/replication/ports';
import { MemoryDatabase } from '../../support/memory/database';
import { memoryStore, ownTables } from '../../support/memory/tables';

const ARTICLE = 'api::article.article';

const note = (id: string, more: Partial<NewRow<'notifications'>> = {}): NewRow<'notifications'> => ({
  uid: ARTICLE,
  document_id: id,
  locale: '-',
  action: 'update',
  removed: null,
  site: 'staging',
  site_name: 'Staging',
  revision: 'r1',
  at: 0,
  attempts: 0,
  lease: null,
  lease_until: 0,
  ...more,
});

/** A site whose other plugins are a function. */
const site = (tell: (news: News) => boolean | Promise<boolean> = () => true, once: string[] = []) => {
  const store = memoryStore(new MemoryDatabase(ownTables()), () => ({}) as Content);
  const told: News[] = [];
  const events: DomainEvent[] = [];
  let now = 1_000;
  let random = 0;
  const context = {
    store,
    clock: { now: () => now },
    chance: { bytes: () => Buffer.from([(random += 1)]) },
    observer: { notice: (event: DomainEvent) => events.push(event) },
    audience: {
      listens: () => true,
      callsOnce: (uid: string) => once.includes(uid),
      tell: async (news: News) => {
        told.push(news);
        return tell(news);
      },
    },
  } as unknown as Context;
  return {
    context,
    told,
    events,
    pass: (milliseconds: number) => (now += milliseconds),
    put: (...notes: NewRow<'notifications'>[]) =>
      store.transaction(({ tables }) => tables.insert('notifications', notes, 'fail')),
    left: () => store.transaction(({ tables }) => tables.find('notifications', {}, { orderBy: 'id' })),
    release: () => store.transaction((unit) => releaseNotes(unit)),
  };
};

test('notes are told in their order, with whose change it is, and removed', async () => {
  const here = site();
  await here.put(note('a'), note('b', { action: 'delete', locale: '', removed: '[{"id":1}]', revision: null }));
  expect(await notifyBatch(here.context)).toBe(2);
  expect(here.told).toEqual([
    {
      uid: ARTICLE,
      localId: 'a',
      locale: null,
      action: 'update',
      removed: [],
      from: { site: 'staging', siteName: 'Staging', revision: 'r1' },
      loud: true,
    },
    {
      uid: ARTICLE,
      localId: 'b',
      locale: null,
      action: 'delete',
      removed: [{ id: 1 }],
      from: { site: 'staging', siteName: 'Staging', revision: null },
      loud: true,
    },
  ]);
  expect(await here.left()).toEqual([]);
  expect(await notifyBatch(here.context)).toBe(0);
});

test('what was being told when the site stopped is told again, and nothing before it', async () => {
  let stopping = true;
  const here = site(({ localId }) => !(stopping && localId === 'b'));
  await here.put(note('a'), note('b'), note('c'));
  await notifyBatch(here.context);
  expect((await here.left()).map(({ document_id: id }) => id)).toEqual(['b', 'c']);
  stopping = false;
  await here.release();
  await notifyBatch(here.context);
  expect(here.told.map(({ localId }) => localId)).toEqual(['a', 'b', 'b', 'c']);
});

test('what a dead process was telling is told by another when the lease has run out, and later notes of that entry wait', async () => {
  const here = site();
  await here.put(note('a', { lease: 'dead', lease_until: 5_000, attempts: 1 }), note('a'), note('b'));
  await notifyBatch(here.context);
  expect(here.told.map(({ localId }) => localId)).toEqual(['b']);
  here.pass(10_000);
  await notifyBatch(here.context);
  expect(here.told.map(({ localId }) => localId)).toEqual(['b', 'a', 'a']);
});

test('two processes that read the same notes tell an entry’s in their order, one after the other', async () => {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  /** Telling takes until the test ends it. */
  const teller = (process: string) => (news: News) =>
    new Promise<boolean>((resolve) => {
      const name = `${process} ${news.localId} ${news.action}`;
      ends.set(name, () => resolve(true));
      begun.push(name);
    });
  const until = async (count: number) => {
    while (begun.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  const here = site(teller('one'));
  const audience = { ...here.context.audience, tell: teller('two') };
  const another = { ...here.context, audience, chance: { bytes: () => Buffer.from([99]) } } as unknown as Context;
  await here.put(note('x'), note('a'), note('a', { action: 'publish' }), note('y'));
  const runs = [notifyBatch(here.context), notifyBatch(another)];
  await until(2);
  expect(begun).toEqual(['one x update', 'two a update']);
  ends.get('one x update')!();
  await until(3);
  // The first of “a” is still being told.
  expect(begun[2]).toBe('one y update');
  ends.get('one y update')!();
  ends.get('two a update')!();
  await until(4);
  ends.get('two a publish')!();
  expect(await Promise.all(runs)).toEqual([2, 2]);
  expect(await here.left()).toEqual([]);
});

test('a note that ended the process three times is given up, and said so', async () => {
  const here = site();
  await here.put(note('a', { attempts: 3 }), note('b', { attempts: 2 }));
  await notifyBatch(here.context);
  expect(here.told.map(({ localId }) => localId)).toEqual(['b']);
  expect(here.events).toEqual([{ type: 'untold', uid: ARTICLE, localId: 'a', action: 'update' }]);
  expect(await here.left()).toEqual([]);
});

test('of a type whose webhooks are called once, the last of each event in a batch is loud', async () => {
  const here = site(undefined, [ARTICLE]);
  await here.put(note('a'), note('a', { action: 'publish' }), note('b'), note('c', { uid: 'api::tag.tag' }), note('d'));
  await notifyBatch(here.context);
  expect(here.told.filter(({ loud }) => loud).map(({ localId, action }) => `${localId} ${action}`)).toEqual([
    'a publish',
    'c update',
    'd update',
  ]);
  expect(here.told).toHaveLength(5);
});
