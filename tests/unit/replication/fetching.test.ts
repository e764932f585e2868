import { recordBatch } from '../../../server/src/replication/capture/record';
import type { Json } from '../../../server/src/replication/entity';
import { fetchOnce, NOTHING_TO_TELL } from '../../../server/src/replication/transport/fetch';
import { fetchBytes } from '../../../server/src/replication/transport/fetch-bytes';
import {
  readHandedOut,
  readQuestion,
  type FetchQuestion,
} from '../../../server/src/replication/transport/fetch-protocol';
import { hashesOf } from '../../../server/src/replication/transport/deliver';
import { handOut } from '../../../server/src/replication/transport/hand-out';
import { ARTICLE, CATEGORY } from '../../support/world/catalogue';
import { deliver } from '../../support/world/deliver';
import { all, Scene } from '../../support/world/scene';

/** `live` can not be called by `staging`. */
let scene: Scene;
beforeEach(async () => {
  scene = await Scene.of('staging', 'live', 'other');
  await scene.link('staging', 'live');
  await scene.link('staging', 'other');
  await scene.world.closeOneWay(scene.site('staging'), scene.site('live'));
  await scene.rules('staging', 'live', [all('EVERYTHING', 'BOTH')]);
  await scene.rules('live', 'staging', [all('EVERYTHING', 'BOTH')]);
  await scene.settle();
});

const context = () => scene.site('staging').process!.context;
const record = () => recordBatch(context());
const replicaOf = (id: string) =>
  scene.table('staging', 'replicas').find((row) => row.entity.endsWith(`/${id}`) && row.link === scene.site('live').id);
const linkOf = (name: string, other: string) =>
  scene.table(name, 'links').find(({ id }) => id === scene.site(other).id)!;
const ask = (more: Partial<FetchQuestion> = {}, link = 'live') =>
  handOut(
    context(),
    linkOf('staging', link),
    readQuestion(JSON.parse(JSON.stringify({ wait: 0, lease: null, answers: [], compared: false, ...more })))
  );
const applied = ({ lease, messages }: Awaited<ReturnType<typeof ask>>) => ({
  lease,
  answers: messages.map(({ receipt }) => ({ receipt, answer: { status: 'applied' } })) as never,
});

it('a comparison that is asked for too often is not made, and not told as made', async () => {
  const { context: live, verifier } = scene.site('live').process!;
  let compared = 0;
  const wire = {
    fetch: async () => ({
      given: { lease: 'a'.repeat(24), messages: [], fetch: true, compare: true },
      messages: 0,
      bytes: 0,
    }),
    ask: async () => {
      compared += 1;
      throw new Error('It is asked.');
    },
  };
  const options = {
    context: live,
    verifier,
    wire,
    maxFileBytes: 0,
    restsFor: async () => 0,
    mayCompare: () => false,
    count: async () => undefined,
    onReceived: () => undefined,
    onNotLinked: async () => undefined,
    onReach: () => undefined,
  } as unknown as Parameters<typeof fetchOnce>[0];
  const fetched = await fetchOnce(options, scene.site('staging').id, NOTHING_TO_TELL, { ms: 0 });
  expect(fetched).toEqual({ what: 'none', untold: { lease: null, answers: [], compared: false } });
  expect(compared).toBe(0);
});

describe('a site that can not be called', () => {
  it('gets what others have for it, and sends what it has', async () => {
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'From staging' });
    scene.save('live', CATEGORY, 'c', 'draft', { name: 'From live' });
    await scene.settle();
    expect(scene.rows('live', ARTICLE)).toEqual({ 'a en/draft': { title: 'From staging' } });
    expect(scene.rows('staging', CATEGORY)).toEqual({ 'c -/draft': { name: 'From live' } });
    scene.save('live', ARTICLE, 'a', 'draft', { title: 'Edited on live' });
    await scene.settle();
    expect(scene.rows('staging', ARTICLE)).toEqual({ 'a en/draft': { title: 'Edited on live' } });
    expect(linkOf('staging', 'live')).toMatchObject({ failures: 0, last_error: null });
  });

  it('is told by its own questions what another has lost, where that is asked for', async () => {
    scene.save('live', CATEGORY, 'c', 'draft', { name: 'From live' });
    await scene.settle();
    const store = context().store;
    const at = { kind: 'catch-up', subject: scene.site('live').id, state: 'waiting' as const };
    await store.transaction(({ tables }) =>
      tables.insert(
        'jobs',
        [{ id: 'catch-up live', ...at, cursor: null, done: 0, total: 0, error: null, updated_at: 0 }],
        'fail'
      )
    );
    expect((await ask()).compare).toBe(true);
    await scene.settle();
    expect(scene.table('staging', 'jobs').find(({ id }) => id === 'catch-up live')).toMatchObject({ state: 'done' });
    expect((await ask()).compare).toBe(false);
  });
});

describe('what is handed out', () => {
  it('is the same on both sides, whatever the link answers later than it has said what it has', async () => {
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'First' });
    await scene.settle();
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Second' });
    await record();
    const given = await ask();
    const live = scene.site('live').process!;
    await live.receive(
      scene.site('staging').id,
      given.messages.map(({ message }) => message)
    );
    scene.save('live', ARTICLE, 'a', 'draft', { title: 'Third' });
    await recordBatch(live.context);
    const send = (_: unknown, messages: Json[]) =>
      scene.site('staging').process!.receive(scene.site('live').id, messages);
    await deliver(live.context, { send } as never, scene.site('staging').id);
    const late = { receipt: given.messages[0]!.receipt, answer: { status: 'need', commitments: ['0'.repeat(64)] } };
    await ask({ lease: given.lease, answers: [late] as never });
    await scene.settle();
    const { common, wanted, state } = replicaOf('a')!;
    expect({ common, state }).toEqual({ common: wanted, state: 'done' });
    expect(scene.rows('staging', ARTICLE)).toEqual({ 'a en/draft': { title: 'Third' } });
  });

  beforeEach(async () => {
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'One' });
    await record();
  });

  it('is given once, and again only when nobody has answered for the time of a lease', async () => {
    const first = await ask();
    expect(first.messages).toHaveLength(1);
    expect(replicaOf('a')).toMatchObject({ state: 'sending', lease: first.lease });
    expect((await ask()).messages).toEqual([]);
    scene.world['time'] += 31_000;
    expect((await ask()).messages).toHaveLength(1);
  });

  it('is settled by the next request, in whichever process', async () => {
    const given = await ask();
    expect((await ask(applied(given))).messages).toEqual([]);
    expect(replicaOf('a')).toMatchObject({ state: 'done', lease: null });
    expect(JSON.parse(replicaOf('a')!.common)).toHaveLength(1);
  });

  it('is settled as what was sent, though it was edited meanwhile', async () => {
    const given = await ask();
    scene.save('staging', ARTICLE, 'a', 'draft', { title: 'Two' });
    await record();
    const { messages } = await ask(applied(given));
    // The next message goes on from what was answered: it names no more than what is new.
    expect((messages[0]!.message as { revisions: Json[] }).revisions).toHaveLength(1);
  });

  it('is not settled by answers under another lease, to what was not sent, or of another link', async () => {
    const given = await ask();
    const { answers } = applied(given);
    const forged = { ...(given.messages[0]!.receipt as object), wanted: ['0'.repeat(64)] };
    await ask({ lease: 'ab'.repeat(12), answers });
    await ask({ lease: given.lease, answers: [{ receipt: forged, answer: { status: 'applied' } }] as never });
    await ask({ lease: given.lease, answers }, 'other');
    expect(replicaOf('a')).toMatchObject({ state: 'sending', lease: given.lease, common: '[]' });
    await ask({ lease: given.lease, answers });
    expect(replicaOf('a')).toMatchObject({ state: 'done' });
  });

  it('is given to nobody but the link it is for', async () => {
    expect((await ask({}, 'other')).messages).toEqual([]);
    expect((await ask()).messages).toHaveLength(1);
  });

  it('has a failure of its own where it is too large to be sent at all, and holds up nothing else', async () => {
    scene.save('staging', ARTICLE, 'large', 'draft', { title: 'Large', body: 'x'.repeat(29 * 1024 * 1024) });
    scene.save('staging', ARTICLE, 'small', 'draft', { title: 'Small' });
    await record();
    const idsOf = ({ messages }: Awaited<ReturnType<typeof ask>>) =>
      messages.map(({ message }) => (message as { entity: { id: string } }).entity.id);
    const given = [await ask(), await ask(), await ask()];
    expect(given.flatMap(idsOf)).toEqual(['a', 'small']);
    expect(replicaOf('large')).toMatchObject({ state: 'queued', attempts: 1, lease: null });
    for (let time = 0; time < 20; time += 1) {
      scene.world['time'] += 3_600_000;
      await ask();
    }
    expect(replicaOf('large')).toMatchObject({ state: 'failed', error: expect.stringContaining('larger') });
  });

  it('is no more than can be read at once', async () => {
    for (const id of ['b', 'c', 'd'])
      scene.save('staging', ARTICLE, id, 'draft', { title: id, body: id.repeat(3 * 1024 * 1024) });
    await record();
    const first = await ask();
    expect(first.messages.length).toBeLessThan(4);
    const second = await ask(applied(first));
    expect(first.messages.length + second.messages.length).toBe(4);
  });

  it('says whether fetching is to go on', async () => {
    expect((await ask()).fetch).toBe(true);
    await context().store.transaction(({ tables }) =>
      tables.update('links', { id: scene.site('live').id }, { fetching: null })
    );
    expect((await ask()).fetch).toBe(false);
    await scene.settle();
    expect(linkOf('live', 'staging')).toMatchObject({ fetching: null });
  });

  it.each<[string, (question: { [name: string]: Json }) => void]>([
    ['a lease of another form', (question) => (question.lease = 'DROP TABLE')],
    [
      'an entity of another form',
      (question) => (question.answers = [{ receipt: { entity: 'a/b\u0000' }, answer: {} }]),
    ],
    ['a wait without end', (question) => (question.wait = 3_600_000)],
    ['something else', (question) => (question.more = 1)],
  ])('is not given to a question with %s', (_what, spoil) => {
    const question = { wait: 0, lease: null, answers: [], compared: false };
    spoil(question as never);
    expect(() => readQuestion(question)).toThrow(/breaks the protocol/);
  });

  it('is not taken from an answer of another form', () => {
    expect(() => readHandedOut({ lease: 'a', messages: {}, fetch: true, compare: false })).toThrow(
      /breaks the protocol/
    );
  });
});

describe('bytes of files', () => {
  const bytes = Buffer.from('bytes of a file');
  const hash = 'ab'.repeat(32);
  const file = (sha256: string) =>
    ({
      type: 'ENTITY_UPDATE',
      entity: { uid: 'plugin::upload.file', id: 'f1' },
      documentId: 'f1',
      level: 'EVERYTHING',
      direction: 'SEND_ONLY',
      granted: true,
      order: [1, 1],
      leaves: ['0'.repeat(64)],
      revisions: [
        {
          header: {
            v: 1,
            entity: { uid: 'plugin::upload.file', id: 'f1' },
            parents: [],
            origin: '9f0f7e9e-3c1f-4c5e-9c5b-0d7f4a8a6b11',
            key: '0'.repeat(32),
            at: '2026-01-01T00:00:00.000Z',
            kind: 'edit',
            parts: { '-/published': '1'.repeat(64) },
          },
          signature: 'A'.repeat(86),
          parts: { '-/published': { salt: '0'.repeat(32), value: { fields: { sha256 } } } },
        },
      ],
      shallow: [],
      keys: [],
    }) as unknown as Json;

  const fetching = (readBlob: (hash: string, from: number) => Promise<{ bytes: Buffer; total: number }>) => {
    const staged = new Map<string, Buffer>();
    const asked: number[] = [];
    const options = {
      context: {
        ...scene.site('live').process!.context,
        files: {
          ...scene.site('live').process!.context.files,
          missing: async (hashes: readonly string[]) => [...hashes],
          staged: async (of: string) => staged.get(of)?.length ?? 0,
          stage: async (of: string, stream: AsyncIterable<Buffer>, _from: number, total: number) => {
            for await (const chunk of stream) staged.set(of, Buffer.concat([staged.get(of) ?? Buffer.alloc(0), chunk]));
            return (staged.get(of)?.length ?? 0) === total;
          },
        },
      },
      wire: {
        readBlob: (_peer: unknown, of: string, from: number) => (asked.push(from), readBlob(of, from)),
      },
      maxFileBytes: 100,
      restsFor: async () => 0,
      count: async () => undefined,
    };
    return { options: options as never, staged, asked };
  };

  it('are what the message names', () => {
    expect(hashesOf(file(hash) as never)).toEqual([hash]);
  });

  it('come in pieces, from where they were cut off, and count as had then', async () => {
    const { options, staged, asked } = fetching(async (_hash, from) => ({
      bytes: bytes.subarray(from, from + 4),
      total: bytes.length,
    }));
    staged.set(hash, bytes.subarray(0, 8));
    await fetchBytes(options, linkOf('live', 'staging'), [file(hash)]);
    expect(staged.get(hash)!.equals(bytes)).toBe(true);
    expect(asked).toEqual([8, 12]);
    expect(scene.table('live', 'link_blobs')).toEqual([{ link: scene.site('staging').id, hash }]);
  });

  it('stop where the link has brought all that it may today, between two pieces as well', async () => {
    let rests = 0;
    const { options, asked } = fetching(async (_hash, from) => {
      rests = 60_000;
      return { bytes: bytes.subarray(from, from + 4), total: bytes.length };
    });
    const limited = { ...(options as object), restsFor: async () => rests } as never;
    expect(await fetchBytes(limited, linkOf('live', 'staging'), [file(hash)])).toBe(false);
    expect(asked).toEqual([0]);
  });

  it('that are too many, or are not given, stop nobody', async () => {
    const { options } = fetching(async () => ({ bytes, total: 101 }));
    await fetchBytes(options, linkOf('live', 'staging'), [file(hash), { entity: null }, null, { entity: { uid: 1 } }]);
    expect(scene.table('live', 'link_blobs')).toEqual([]);
  });
});
