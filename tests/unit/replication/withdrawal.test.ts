import { keyOf, type Json } from '../../../server/src/replication/entity';
import type { Context } from '../../../server/src/replication/context';
import { unpack } from '../../../server/src/replication/history/contents';
import type { Content } from '../../../server/src/replication/ports';
import { refreshReplicas } from '../../../server/src/replication/queue/refresh';
import { newReplica } from '../../../server/src/replication/queue/wanted-replica';
import { MemoryDatabase } from '../../support/memory/database';
import { Unreachable } from '../../../server/src/replication/errors';
import { recordBatch } from '../../../server/src/replication/capture/record';
import { jobStep } from '../../../server/src/replication/reconcile/jobs';
import { deliver } from '../../support/world/deliver';
import { memoryStore, ownTables } from '../../support/memory/tables';
import { ARTICLE, HOME } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

const entity = keyOf({ uid: 'api::article.article', id: 'a' });

/** A site with one link and no rule (any more), and what it remembers of one entry there. */
const afterRuleWent = async (remembered: object) => {
  const store = memoryStore(new MemoryDatabase(ownTables()), () => ({}) as Content);
  const context = { store, clock: { now: () => 1 }, signer: { instance: 'me' } } as unknown as Context;
  return store.transaction(async (unit) => {
    const link = { id: 'live', state: 'REGISTERED' } as never;
    await unit.tables.insert('links', [link], 'fail');
    await unit.tables.insert('replicas', [{ ...newReplica('live', entity), ...remembered }], 'fail');
    await refreshReplicas(context, unit, [entity], []);
    const [replica] = await unit.tables.find('replicas', { entity });
    return replica!;
  });
};

describe('an entry that a link shall not have any more', () => {
  it('is withdrawn where the link may have it, also if what it has was forgotten here', async () => {
    const sent = { level: 'EVERYTHING', wanted: '["r"]', wanted_hash: 'h', sent_hash: 'h' };
    expect(await afterRuleWent(sent)).toMatchObject({ state: 'queued', wanted: null });
  });

  it('is nobody’s business where the link never had it', async () => {
    expect(await afterRuleWent({})).toMatchObject({ state: 'done', wanted: null });
  });
});

describe('an entry that this site had of its own before theirs took its place', () => {
  it('comes back when theirs is withdrawn', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    scene.save('live', HOME, 'own', 'draft', { headline: 'Of live' });
    scene.save('staging', HOME, 'other', 'draft', { headline: 'Of staging' });
    await scene.settle();
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    await scene.settle();
    expect(scene.rows('live', HOME)).toEqual({ 'own -/draft': { headline: 'Of staging' } });

    await scene.rules('staging', 'live', []);
    await scene.settle();
    expect(scene.rows('live', HOME)).toEqual({ 'own -/draft': { headline: 'Of live' } });
    expect(scene.entry('live', `${HOME}/${HOME}`)).toMatchObject({ shows: 'EVERYTHING', locked: 0 });
    // The same once more, because its answer was lost.
    const { store } = scene.site('staging').process!.context;
    await store.transaction(({ tables }) => tables.update('replicas', {}, { state: 'queued', retry_at: 0 }));
    await scene.settle();
    expect(scene.table('staging', 'replicas')).toMatchObject([{ state: 'done' }]);
    const kept = scene.table('live', 'contents').map(({ bytes }) => unpack(bytes));
    expect(kept.join()).not.toContain('Of staging');
  });
});

describe('an entry that was handed on', () => {
  it('goes on the last site as well when the first withdraws it', async () => {
    const scene = await Scene.of('first', 'second', 'third');
    await scene.link('first', 'second');
    await scene.link('second', 'third');
    await scene.rules('first', 'second', [all('EVERYTHING')]);
    await scene.rules('second', 'third', [all('EVERYTHING')]);
    scene.save('first', ARTICLE, 'a', 'draft', { title: 'Seen' });
    await scene.settle();
    expect(scene.rows('third', ARTICLE)).toEqual({ 'a en/draft': { title: 'Seen' } });

    await scene.rules('first', 'second', []);
    await scene.settle();
    expect(scene.rows('second', ARTICLE)).toEqual({});
    expect(scene.rows('third', ARTICLE)).toEqual({});
  });
});

describe('an entry that two sites share', () => {
  it('shows what the other still shares when one withdraws it', async () => {
    const scene = await Scene.of('first', 'second', 'third');
    await scene.link('first', 'second');
    await scene.link('first', 'third');
    await scene.link('second', 'third');
    await scene.rules('first', 'second', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('second', 'first', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('first', 'third', [all('EVERYTHING')]);
    await scene.rules('second', 'third', [all('PUBLISHED')]);
    scene.save('first', ARTICLE, 'a', 'published', { title: 'Public' });
    scene.save('first', ARTICLE, 'a', 'draft', { title: 'Secret' });
    await scene.settle();
    const seen = { 'a en/published': { title: 'Public' } };
    expect(scene.rows('third', ARTICLE)).toEqual({ ...seen, 'a en/draft': { title: 'Secret' } });

    await scene.rules('first', 'third', []);
    await scene.settle();
    expect(scene.rows('third', ARTICLE)).toEqual({ ...seen, 'a en/draft': { title: 'Public' } });
    expect(scene.entry('third', `${ARTICLE}/a`)).toMatchObject({ shows: 'PUBLISHED', locked: 1 });
    const kept = scene.table('third', 'contents').map(({ bytes }) => unpack(bytes));
    expect(kept.join()).not.toContain('Secret');
  });
});

describe('an entry that is shared again before anybody knows whether its withdrawal was heard', () => {
  const withdrawnUnheard = async () => {
    const scene = await Scene.of('staging', 'live', 'mirror');
    await scene.link('staging', 'live');
    await scene.link('live', 'mirror');
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Here' });
    await scene.settle();

    const { context } = scene.site('staging').process!;
    await scene.rules('staging', 'live', []);
    while (await jobStep(context));
    const deaf = async (_: unknown, messages: Json[]) => {
      await scene.site('live').process!.receive(scene.site('staging').id, messages);
      throw new Unreachable('The answer was lost.');
    };
    await deliver(context, { send: deaf } as never, scene.site('live').id);
    expect(scene.rows('live', ARTICLE)).toEqual({});
    return scene;
  };
  it('is sent again', async () => {
    const scene = await withdrawnUnheard();
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'Here' } });
  });

  it('is handed on also where its older versions were forgotten with it', async () => {
    const scene = await withdrawnUnheard();
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Edited' });
    await recordBatch(scene.site('staging').process!.context);
    scene.save('staging', ARTICLE, 'a', 'published', { title: 'Edited' });
    await recordBatch(scene.site('staging').process!.context);
    await scene.rules('staging', 'live', [all('PUBLISHED')]);
    await scene.settle();
    await scene.rules('live', 'mirror', [all('PUBLISHED')]);
    await scene.settle();
    expect(scene.rows('mirror', ARTICLE)).toMatchObject({ 'a en/published': { title: 'Edited' } });
  });
});

describe('an entry that was withdrawn', () => {
  it('leaves none of its drafts behind, also where somebody had edited it all the same', async () => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('EVERYTHING')]);
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Secret' });
    await scene.settle();
    scene.save('live', ARTICLE, 'a', 'draft', { title: 'Edited there' });
    await scene.settle();
    await scene.rules('staging', 'live', []);
    await scene.settle();
    const kept = scene.table('live', 'contents').map(({ bytes }) => unpack(bytes));
    expect(kept.join()).not.toContain('Secret');
    expect(kept.join()).toContain('Edited there');
  });
});

it('a withdrawal of what this site would not take leaves no trace', async () => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  const unreplicate = (id: string) => [
    { type: 'ENTITY_UNREPLICATE', entity: { uid: ARTICLE, id }, order: [1, 1] } satisfies Json,
  ];
  const receive = (messages: Json[]) => scene.site('live').process!.receive(scene.site('staging').id, messages);
  await scene.rules('live', 'staging', [all('EVERYTHING', 'SEND_ONLY')]);
  expect(await receive(unreplicate('refused'))).toEqual([{ status: 'known' }]);
  expect(scene.table('live', 'replicas')).toEqual([]);
  await scene.rules('live', 'staging', []);
  expect(await receive(unreplicate('late'))).toEqual([{ status: 'known' }]);
  expect(scene.table('live', 'replicas')).toMatchObject([{ their_incarnation: 1, their_sequence: 1, wanted: null }]);
  expect(scene.table('live', 'entries')).toEqual([]);
});

it.each(['SEND_ONLY', 'NONE'] as const)(
  'what this site has come to edit alone, or to share no more, is not taken from it (%s)',
  async (own) => {
    const scene = await Scene.of('staging', 'live');
    await scene.link('staging', 'live');
    await scene.rules('staging', 'live', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('live', 'staging', [all('EVERYTHING', 'BOTH')]);
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'A' });
    await scene.settle();
    await scene.rules('live', 'staging', [own === 'NONE' ? all('NONE') : all('EVERYTHING', own)]);
    const message = {
      type: 'ENTITY_UNREPLICATE',
      entity: { uid: ARTICLE, id: 'a' },
      order: [2 ** 45, 1],
    } satisfies Json;
    expect(await scene.site('live').process!.receive(scene.site('staging').id, [message])).toMatchObject([
      { status: expect.stringMatching(/applied|known/) },
    ]);
    expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'A' } });
    expect(scene.table('live', 'replicas')).toMatchObject([{ their_level: 'NONE', their_incarnation: 2 ** 45 }]);
  }
);

it('an entry that the other site started stays there when it is not shared back any more, and nothing is left to do', async () => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  for (const [from, to] of [['staging', 'live'] as const, ['live', 'staging'] as const])
    await scene.rules(from, to, [all('EVERYTHING', 'BOTH')]);
  scene.save('live', ARTICLE, 'a', 'draft', { title: 'Of live' });
  await scene.settle();
  scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Edited on staging' });
  await scene.settle();
  await scene.rules('staging', 'live', [all('NONE')]);
  await scene.settle();
  expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'Edited on staging' } });
  for (const name of ['staging', 'live'])
    expect(scene.table(name, 'replicas')).toMatchObject([{ state: 'done', error: null }]);
});

it('what was edited where an entry is withdrawn, and had not gone back, is kept as a version that others took the place of', async () => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  for (const [from, to] of [['staging', 'live'] as const, ['live', 'staging'] as const])
    await scene.rules(from, to, [all('EVERYTHING', 'BOTH')]);
  scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Of staging' });
  await scene.settle();
  scene.save('live', ARTICLE, 'a', 'draft', { title: 'Edited on live' });
  await recordBatch(scene.site('live').process!.context);
  await scene.rules('staging', 'live', []);
  await scene.settle();
  const edited = scene.table('live', 'revisions').filter(({ origin }) => origin === scene.site('live').id);
  expect(edited).toMatchObject([{ side: 1 }]);
  await scene.rules('staging', 'live', [all('EVERYTHING', 'BOTH')]);
  await scene.settle();
  expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'Of staging' } });
  expect(scene.table('live', 'revisions')).toContainEqual(expect.objectContaining({ id: edited[0]!.id, side: 1 }));
});
