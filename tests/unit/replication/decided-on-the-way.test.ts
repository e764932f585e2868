import { receive } from '../../../server/src/replication/apply/receive';
import { recordBatch } from '../../../server/src/replication/capture/record';
import type { Json } from '../../../server/src/replication/entity';
import { Refused, Unreachable } from '../../../server/src/replication/errors';
import { claim, giveBack } from '../../../server/src/replication/queue/claim';
import { catchUp } from '../../../server/src/replication/reconcile/catch-up';
import { compareWith } from '../../../server/src/replication/reconcile/compare';
import { jobStep } from '../../../server/src/replication/reconcile/jobs';
import { startJob } from '../../../server/src/replication/job-row';
import type { Wire } from '../../../server/src/replication/transport/wire';
import { deliver } from '../../support/world/deliver';
import { ARTICLE, CATEGORY } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

const both = async (startedOn = 'staging') => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('EVERYTHING', 'BOTH')]);
  await scene.rules('live', 'staging', [all('EVERYTHING', 'BOTH')]);
  scene.save(startedOn, ARTICLE, 'a', 'draft', { title: 'First' });
  await scene.settle();
  return scene;
};
const contextOf = (scene: Scene, name: string) => scene.site(name).process!.context;
const replicaOn = (scene: Scene, name: string) => scene.table(name, 'replicas').find(({ uid }) => uid === ARTICLE)!;

/** What is sent arrives, and then, or instead, something happens before the answer does. */
const wireOf = (scene: Scene, then: () => Promise<void>, arrives = true): Wire =>
  ({
    send: async (_peer: unknown, messages: never[]) => {
      const { context, verifier } = scene.site('live').process!;
      const [link] = scene.table('live', 'links');
      const answers = arrives ? await receive(context, verifier, link!, messages) : [];
      await then();
      if (!arrives) throw new Unreachable('Nobody is there.');
      return answers;
    },
    blobOffset: () => Promise.resolve('complete'),
    sendBlob: () => Promise.resolve(),
  }) as unknown as Wire;

describe('a type that is only received from now on, while an entry of it is on its way', () => {
  const receivedOnly = async (arrives: boolean) => {
    const scene = await both();
    const staging = contextOf(scene, 'staging');
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'On its way' });
    await recordBatch(staging);
    const change = async () => {
      await scene.rules('staging', 'live', [all('EVERYTHING', 'RECEIVE_ONLY')]);
      while (await jobStep(staging));
    };
    await deliver(staging, wireOf(scene, change, arrives), scene.site('live').id);
    return scene;
  };

  it('is not withdrawn when the answer comes', async () => {
    const scene = await receivedOnly(true);
    // All there is to tell is that it only receives.
    expect(replicaOn(scene, 'staging')).toMatchObject({ direction: 'RECEIVE_ONLY', state: 'queued', lease: null });
    await scene.settle();
    expect(replicaOn(scene, 'staging')).toMatchObject({ direction: 'RECEIVE_ONLY', state: 'done', lease: null });
    expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'On its way' } });
    expect(scene.rows('staging', ARTICLE)).toEqual({ 'a en/draft': { title: 'On its way' } });
  });

  it('is not withdrawn when none does', async () => {
    const scene = await receivedOnly(false);
    // All there is to tell is that it only receives.
    expect(replicaOn(scene, 'staging')).toMatchObject({ direction: 'RECEIVE_ONLY', state: 'queued', lease: null });
    await scene.settle();
    expect(replicaOn(scene, 'staging')).toMatchObject({ direction: 'RECEIVE_ONLY', state: 'done', lease: null });
    expect(Object.keys(scene.rows('live', ARTICLE))).toEqual(['a en/draft']);
  });
});

/** What one site sends arrives at another; something happens before, or before the answer does. */
const wayOf = (
  scene: Scene,
  [from, to]: [string, string],
  { before, after }: { before?: () => Promise<void>; after?: () => Promise<void> } = {}
): Wire => {
  const send = async (_peer: unknown, messages: Json[]) => {
    await before?.();
    const answers = await scene.site(to).process!.receive(scene.site(from).id, structuredClone(messages));
    await after?.();
    return answers;
  };
  return { send } as unknown as Wire;
};
const deliverFrom = (scene: Scene, from: string, to: string, happens: Parameters<typeof wayOf>[2] = {}) =>
  deliver(contextOf(scene, from), wayOf(scene, [from, to], happens), scene.site(to).id);
const edit = async (scene: Scene, name: string, title: string) => {
  scene.save(name, ARTICLE, 'a', 'draft', { title });
  await recordBatch(contextOf(scene, name));
};
const share = async (scene: Scene, from: string, to: string, rules: ReturnType<typeof all>[]) => {
  await scene.rules(from, to, rules);
  while (await jobStep(contextOf(scene, from)));
};
const expectEqual = async (scene: Scene, rows: Record<string, Json>) => {
  await scene.settle();
  for (const name of ['staging', 'live']) {
    expect(scene.rows(name, ARTICLE)).toEqual(rows);
    expect(await scene.site(name).process!.differences()).toEqual([]);
    expect(replicaOn(scene, name)).toMatchObject({ state: 'done', lease: null });
  }
};

it.each([{ status: 'need', commitments: ['0'.repeat(64)] } as const, { status: 'unplaced', leaves: [] } as const])(
  'what the link has said of itself counts, whatever it answers later ($status)',
  async (late) => {
    const scene = await both();
    await edit(scene, 'staging', 'Second');
    const way = wayOf(scene, ['staging', 'live'], {
      after: async () => {
        await edit(scene, 'live', 'Third');
        await deliverFrom(scene, 'live', 'staging');
      },
    });
    const send = async (...given: Parameters<Wire['send']>) => (await way.send(...given), [late]);
    await deliver(contextOf(scene, 'staging'), { ...way, send } as never, scene.site('live').id);
    await expectEqual(scene, { 'a en/draft': { title: 'Third' } });
  }
);

describe('the other site decides anew while something is on its way to it', () => {
  it('what it has taken back is gone, whatever it answers later', async () => {
    const scene = await both('live');
    await edit(scene, 'staging', 'On its way');
    await deliverFrom(scene, 'staging', 'live', {
      after: async () => {
        await share(scene, 'live', 'staging', []);
        await deliverFrom(scene, 'live', 'staging');
      },
    });
    await scene.settle();
    expect(scene.rows('staging', ARTICLE)).toEqual({});
    expect(replicaOn(scene, 'staging')).toMatchObject({ common: '[]', state: 'done' });
    expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'On its way' } });
    expect(await scene.site('staging').process!.differences()).toEqual([]);
  });

  it('what it shows in part only is all there is, whatever it answers later', async () => {
    const scene = await both('live');
    scene.save('live', ARTICLE, 'a', 'published', { title: 'Public' });
    await scene.settle();
    await edit(scene, 'staging', 'On its way');
    await deliverFrom(scene, 'staging', 'live', {
      after: async () => {
        await share(scene, 'live', 'staging', [all('PUBLISHED')]);
        await deliverFrom(scene, 'live', 'staging');
      },
    });
    await scene.settle();
    for (const name of ['staging', 'live']) {
      expect(replicaOn(scene, name)).toMatchObject({ state: 'done', lease: null });
      expect(await scene.site(name).process!.differences()).toEqual([]);
    }
  });

  it('and back again, the first answer being lost: it is told of the last decision', async () => {
    const scene = await both('live');
    await share(scene, 'staging', 'live', [all('EVERYTHING', 'SEND_ONLY')]);
    const lost = () => Promise.reject(new Unreachable('The connection broke.'));
    await deliverFrom(scene, 'staging', 'live', { after: lost });
    expect(replicaOn(scene, 'live')).toMatchObject({ their_direction: 'SEND_ONLY' });
    await share(scene, 'staging', 'live', [all('EVERYTHING', 'BOTH')]);
    const { context, verifier } = scene.site('staging').process!;
    const again: Json[] = [];
    const late = { send: (_: unknown, messages: Json[]) => (again.push(...messages), lost()) };
    await context.store.transaction(({ tables }) => tables.update('links', {}, { retry_at: 0 }));
    await contextOf(scene, 'live').store.transaction(({ tables }) =>
      tables.update('replicas', {}, { state: 'queued', common_hash: '' })
    );
    await deliver(contextOf(scene, 'live'), late as never, scene.site('staging').id);
    await receive(context, verifier, scene.table('staging', 'links')[0]!, again);
    await scene.settle();
    expect(replicaOn(scene, 'live')).toMatchObject({ their_level: 'EVERYTHING', their_direction: 'BOTH' });
    for (const name of ['staging', 'live']) expect(await scene.site(name).process!.differences()).toEqual([]);
  });

  it.each([[all('EVERYTHING', 'SEND_ONLY')], []].map((rules) => ({ rules })))(
    'and back again: it is told of the last decision ($rules.length)',
    async ({ rules }) => {
      const scene = await both('live');
      await edit(scene, 'staging', 'Crosses');
      await share(scene, 'live', 'staging', rules);
      await deliverFrom(scene, 'live', 'staging', {
        before: async () => {
          await share(scene, 'live', 'staging', [all('EVERYTHING', 'BOTH')]);
          await deliverFrom(scene, 'staging', 'live');
        },
      });
      await expectEqual(scene, { 'a en/draft': { title: 'Crosses' } });
      expect(replicaOn(scene, 'staging')).toMatchObject({ their_level: 'EVERYTHING', their_direction: 'BOTH' });
    }
  );
});

it('what is claimed and given back is as if nobody had claimed it', async () => {
  const scene = await both();
  const staging = contextOf(scene, 'staging');
  scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Second' });
  await recordBatch(staging);
  const before = replicaOn(scene, 'staging');
  expect(before.state).toBe('queued');
  await staging.store.transaction(async (unit) => {
    const claimed = await claim(staging, unit, scene.site('live').id);
    expect(claimed.replicas).toMatchObject([{ state: 'sending' }]);
    await giveBack(unit, claimed, claimed.replicas);
  });
  expect(replicaOn(scene, 'staging')).toEqual(before);
});

it('a new entry that was decided by rules that had changed meanwhile is decided again before it leaves', async () => {
  const scene = await both();
  const staging = contextOf(scene, 'staging');
  scene.save('staging', ARTICLE, 'b', 'draft', { title: 'A draft' });
  await recordBatch(staging);
  await scene.rules('staging', 'live', [all('PUBLISHED')]);
  // The job has passed, and did not see it.
  await staging.store.transaction(({ tables }) => tables.update('jobs', { state: 'running' }, { state: 'done' }));
  const claimed = await staging.store.transaction((unit) => claim(staging, unit, scene.site('live').id));
  expect(claimed.replicas.map(({ entity }) => entity)).not.toContain(`${ARTICLE}/b`);
});

it('an entry that its type’s job took for unrecorded is decided by the rules as they are', async () => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('EVERYTHING')]);
  scene.save('staging', ARTICLE, 'a', 'draft', { title: 'A' });
  await scene.settle();
  const staging = contextOf(scene, 'staging');
  await staging.store.transaction(async ({ tables }) => {
    // As it was left by a recorder that had read the rules before there were any.
    await tables.remove('replicas', { uid: ARTICLE });
    await tables.insert(
      'marks',
      [
        {
          uid: ARTICLE,
          document_id: 'a',
          locale: '',
          status: '',
          action: 'baseline',
          actor: null,
          base: null,
          at: staging.clock.now(),
        },
      ],
      'fail'
    );
  });
  await recordBatch(staging);
  expect(replicaOn(scene, 'staging')).toMatchObject({ level: 'EVERYTHING', state: 'queued' });
});

describe('a comparison', () => {
  const answering = (ask: Wire['ask']) => ({ ask }) as unknown as Wire;

  it('that one site refuses keeps no other waiting, and is asked for again', async () => {
    const scene = await both();
    const staging = contextOf(scene, 'staging');
    const link = scene.site('live').id;
    await staging.store.transaction((unit) => startJob(unit, 'catch-up', link, staging.clock.now(), 'waiting'));
    let asked = 0;
    const refusing = answering(() => {
      asked += 1;
      return Promise.reject(new Refused('PAUSED', 'Sharing is paused here.'));
    });
    expect(await catchUp(staging, refusing)).toBe(false);
    expect(await catchUp(staging, refusing)).toBe(false);
    expect(asked).toBe(1);
    const job = () => scene.table('staging', 'jobs').find(({ kind }) => kind === 'catch-up');
    expect(job()).toMatchObject({ state: 'waiting', error: 'Sharing is paused here.' });
    await scene.settle();
    expect(job()).toMatchObject({ state: 'done', error: null });
  });

  it('with a site that names entries where they do not belong comes to an end', async () => {
    const scene = await both();
    const staging = contextOf(scene, 'staging');
    const [link] = scene.table('staging', 'links');
    const lying = answering((_peer, topic) =>
      Promise.resolve({
        answer: topic === 'compare-buckets' ? Array<string>(256).fill('0') : [[`${ARTICLE}/made-up`, 'x']],
        bytes: 0,
      })
    );
    await expect(compareWith(staging, lying, link!, true)).rejects.toMatchObject({ code: 'MALFORMED' });
  });
});

it('what a rule named does not go along with what goes along no more, before the jobs have come to either', async () => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  const articles = { scope: 'type', uid: ARTICLE, level: 'EVERYTHING', direction: 'SEND_ONLY' } as const;
  await scene.rules('staging', 'live', [{ ...articles, dependencies: { category: 'missing' } }]);
  scene.save('staging', CATEGORY, 'c', 'draft', { name: 'Category' });
  scene.save('staging', ARTICLE, 'a', 'draft', { title: 'A', category: [{ uid: CATEGORY, id: 'c' }] });
  await scene.settle();
  expect(Object.keys(scene.rows('live', CATEGORY))).toEqual(['c -/draft']);

  const staging = contextOf(scene, 'staging');
  scene.save('staging', ARTICLE, 'b', 'draft', { title: 'B' });
  const featured = [{ uid: ARTICLE, id: 'b', locale: 'en' }];
  scene.save('staging', CATEGORY, 'c', 'draft', { name: 'Category', featured });
  await recordBatch(staging);
  await scene.rules('staging', 'live', []);
  const { replicas } = await staging.store.transaction((unit) => claim(staging, unit, scene.site('live').id));
  expect(replicas.filter(({ wanted }) => wanted !== null)).toEqual([]);
});

it('what gave way to another site, and had gone on before that, is the same everywhere in the end', async () => {
  const scene = await Scene.of('first', 'hub', 'last');
  const pairs = [
    ['first', 'hub'],
    ['hub', 'last'],
  ] as const;
  for (const [one, other] of pairs) {
    await scene.link(one, other);
    await scene.rules(one, other, [all('EVERYTHING', 'BOTH')]);
    await scene.rules(other, one, [all('EVERYTHING', 'BOTH')]);
  }
  scene.save('first', ARTICLE, 'a', 'draft', { title: 'First' });
  await scene.settle();
  await share(scene, 'first', 'hub', [all('EVERYTHING', 'SEND_ONLY')]);
  await edit(scene, 'hub', 'Goes on');
  await deliverFrom(scene, 'hub', 'last');
  await edit(scene, 'first', 'Takes its place');
  await deliverFrom(scene, 'first', 'hub');
  await share(scene, 'first', 'hub', [all('EVERYTHING', 'BOTH')]);
  await scene.settle();
  const leaves = (name: string) =>
    scene
      .table(name, 'leaves')
      .map(({ revision }) => revision)
      .sort();
  expect(leaves('hub')).toHaveLength(2);
  for (const name of ['first', 'last']) expect(leaves(name)).toEqual(leaves('hub'));
});

it.each(['EVERYTHING', 'PUBLISHED'] as const)(
  'what fell back to an older version, as another site allows no edits, does so where it had gone on to (%s)',
  async (level) => {
    const scene = await Scene.of('first', 'hub', 'last');
    await scene.link('first', 'hub');
    await scene.link('hub', 'last');
    await scene.rules('first', 'hub', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('hub', 'first', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('hub', 'last', [all(level)]);
    scene.save('first', ARTICLE, 'a', 'published', { title: 'First' });
    await scene.settle();
    await share(scene, 'first', 'hub', [all('EVERYTHING', 'SEND_ONLY')]);
    scene.save('hub', ARTICLE, 'a', 'published', { title: 'Gives way' });
    await recordBatch(contextOf(scene, 'hub'));
    await deliverFrom(scene, 'hub', 'last');
    expect(scene.rows('last', ARTICLE)).toMatchObject({ 'a en/published': { title: 'Gives way' } });
    await scene.settle();
    for (const name of ['hub', 'last'])
      expect(scene.rows(name, ARTICLE)).toMatchObject({ 'a en/published': { title: 'First' } });
    expect(await scene.site('hub').process!.differences()).toEqual([]);
  }
);

it.each([
  ['PUBLISHED', 'EVERYTHING', 'draft'],
  ['EVERYTHING', 'PUBLISHED', 'published'],
] as const)(
  'what fell back to an older version does so where it had gone on to, also where sharing changes from %s to %s',
  async (before, after, status) => {
    const scene = await Scene.of('first', 'hub', 'last');
    await scene.link('first', 'hub');
    await scene.link('hub', 'last');
    await scene.rules('first', 'hub', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('hub', 'first', [all('EVERYTHING', 'BOTH')]);
    await scene.rules('hub', 'last', [all(before)]);
    scene.save('first', ARTICLE, 'a', status, { title: 'First' });
    await scene.settle();
    await share(scene, 'first', 'hub', [all('EVERYTHING', 'SEND_ONLY')]);
    scene.save('hub', ARTICLE, 'a', 'published', { title: 'Gives way' });
    await recordBatch(contextOf(scene, 'hub'));
    await deliverFrom(scene, 'hub', 'last');
    await scene.rules('hub', 'last', [all(after)]);
    await deliverFrom(scene, 'first', 'hub');
    await scene.settle();
    for (const name of ['hub', 'last']) {
      const rows = scene.rows(name, ARTICLE);
      expect(Object.keys(rows)).toContain(`a en/${status}`);
      expect(Object.values(rows).map(({ title }) => title)).not.toContain('Gives way');
    }
    expect(await scene.site('hub').process!.differences()).toEqual([]);
  }
);

it('an entry that was recorded after its type’s job had passed, by rules from before, is decided all the same', async () => {
  const scene = await Scene.of('staging', 'live');
  await scene.link('staging', 'live');
  await scene.rules('staging', 'live', [all('EVERYTHING')]);
  scene.save('staging', ARTICLE, 'a', 'draft', { title: 'A' });
  await scene.settle();
  const staging = contextOf(scene, 'staging');
  await staging.store.transaction((unit) => startJob(unit, 'decide', ARTICLE, staging.clock.now()));
  await jobStep(staging);
  // As a recorder leaves it whose transaction was longer than that.
  await staging.store.transaction(({ tables }) => tables.remove('replicas', { uid: ARTICLE }));
  await jobStep(staging);
  expect(replicaOn(scene, 'staging')).toMatchObject({ level: 'EVERYTHING', state: 'queued' });
});
