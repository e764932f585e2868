import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Json } from '../../../../server/src/replication/entity';
import type { Instance } from '../../../support/instance';
import { share } from '../../../support/link';
import { published, restOf } from '../claims';
import { startWithSenders } from '../hostile-site';
import type { Sender } from '../sender';
import { attempt, callOf, ONLY_SENT, type Attempt } from './attempts';
import { REQUESTS, SEED, tell, WITHIN } from './long-run';
import { memoryOf, type Memory } from './memory';
import { createRawHttp, type RawAnswer } from './raw-http';

const CATEGORY = 'api::category.category';
const AT_ONCE = 20;
const ROUNDS = 20;

let honest: Instance;
let hostile: Sender;
let friend: Sender;
const http = createRawHttp();
/** What the friend brought, by every name under which a row may say so. */
const friendly = new Set<string>();
const seen = new Map<string, number>();

beforeAll(async () => {
  const quota = { requestsPerSecond: 1e6, messagesPerDay: 1e9, bytesPerDay: 1e15 };
  const { honest: site, senders } = await startWithSenders(['hostile', 'friend'], { quota });
  honest = site;
  hostile = await senders[0]!.speakTo(honest);
  friend = await senders[1]!.speakTo(honest);
  await share(
    honest,
    hostile.me,
    ONLY_SENT.filter((uid) => uid.startsWith('api::')).map((uid) => ({
      scope: 'type',
      uid,
      level: 'EVERYTHING',
      direction: 'SEND_ONLY',
    }))
  );
  const editor = await honest.editor();
  for (const [uid, data] of [
    ['api::author.author', { name: 'Ours' }],
    ['api::article.article', { title: 'Ours' }],
  ] as const)
    await editor.create(uid, data);
  await restOf(honest);
  // Who was heard once is not turned away for failing often: this is not about the throttle.
  expect(await hostile.wire.blobOffset(hostile.peer, 'a'.repeat(64))).toEqual({ have: 0 });
}, 180_000);

afterAll(() => {
  http.close();
  hostile?.close();
  friend?.close();
});

/** An entry of a site that means well, while the other does its worst. */
const friendSends = async (): Promise<void> => {
  const id = `friend${randomBytes(8).toString('hex')}`;
  const message = friend.update(CATEGORY, id, { parts: published({ name: id, slug: id }) }) as {
    leaves: string[];
    revisions: { parts: Record<string, { value: Json }> }[];
  };
  friendly.add(id);
  friendly.add(message.leaves[0]!);
  const content = (message.revisions[0]!.parts['-/published'] as { value: { dates: Json; fields: Json } }).value;
  // Keys in their order, as RFC 8785 writes them.
  const { createdAt, updatedAt } = content.dates as Record<string, string>;
  const text = JSON.stringify({ dates: { createdAt, updatedAt }, fields: { name: id, slug: id } });
  friendly.add(createHash('sha256').update(text).digest('hex'));
  expect(await friend.send(message as never)).toEqual([{ status: 'applied' }]);
};

const contents = async (): Promise<Record<string, string[]>> => {
  const everything = await restOf(honest);
  // A site that tells how it sees our link has heard in the answer how we do: it is told no more.
  const known = [...friendly, `link.untold:${hostile.me}`];
  const others = (row: unknown) => !known.some((name) => String(JSON.stringify(row)).includes(name));
  return Object.fromEntries(
    Object.entries(everything).map(([table, rows]) => [
      table,
      rows.filter(others).map((row) => JSON.stringify(table === 'replication_signing_keys' ? unintroduced(row) : row)),
    ])
  );
};

/** A site may introduce its own key: what is known of it is filled in then. */
const unintroduced = (row: unknown): unknown => {
  const key = JSON.parse(String(row)) as { instance: string };
  return key.instance === hostile.me ? { ...key, record: '' } : row;
};

const fingerprint = (dump: object): string => createHash('sha256').update(JSON.stringify(dump)).digest('hex');

const LEAKS = /\n\s+at |node_modules|\/playground\/|\/tmp\/|[A-Za-z]*Error:|SQLITE_|select .* from |insert into/i;

/** What holds of each answer, whatever was asked. */
const check = (made: Attempt, answer: RawAnswer): void => {
  const { status, headers, text } = answer;
  const shown = `${status} ${text.slice(0, 500)}`;
  if (status >= 500) throw new Error(`A 5xx: ${shown}`);
  if (LEAKS.test(text) || LEAKS.test(JSON.stringify(headers))) throw new Error(`It tells of itself: ${shown}`);
  const code = String(headers['replication-error'] ?? '');
  if (status >= 400 && made.path === null) {
    if (!/^[A-Z_]{3,40}$/.test(code)) throw new Error(`No code: ${shown}`);
    if (made.endpoint !== 'head' && JSON.parse(text).error.code !== code) throw new Error(`Another code: ${shown}`);
    if (!headers.signature && headers['replication-sender']) throw new Error(`Half an answer: ${shown}`);
  }
  const name = `${made.endpoint} ${status} ${code}`;
  seen.set(name, (seen.get(name) ?? 0) + 1);
};

let made = 0;
const perform = async (one: Attempt): Promise<void> => {
  try {
    await answered(one);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nto ${JSON.stringify(one)}`, { cause: error });
  }
};

const answered = async (one: Attempt): Promise<void> => {
  made += 1;
  const call = await callOf(one, hostile);
  // Strangers who fail too often are turned away by their address: here everybody has another one.
  const from = one.endpoint === 'link' ? `127.${1 + (made % 200)}.${(made >> 8) % 250}.9` : undefined;
  const answer = await http.call({ ...call, from });
  if (answer) check(one, answer);
};

it(
  `answers ${REQUESTS} requests of all kinds with a code, changes nothing, and serves others meanwhile`,
  async () => {
    await friendSends();
    const before = await contents();
    const memory: Memory[] = [await memoryOf(honest)];
    const started = performance.now();
    const perRound = Math.ceil(REQUESTS / ROUNDS / AT_ONCE);
    for (let round = 0; round < ROUNDS && performance.now() - started < WITHIN; round += 1) {
      await fc.assert(
        fc.asyncProperty(fc.array(attempt, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (attempts) => {
          await Promise.all(attempts.map(perform));
        }),
        { seed: SEED + round, numRuns: perRound, interruptAfterTimeLimit: WITHIN, endOnFailure: true }
      );
      await friendSends();
      if (round % 5 === 4) memory.push(await memoryOf(honest));
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    tell(`${made} requests in ${seconds} s (seed ${SEED}). Memory in MB: ${JSON.stringify(memory)}`);
    tell(
      [...seen]
        .sort()
        .map(([name, count]) => `  ${name}: ${count}`)
        .join('\n')
    );

    const after = await contents();
    for (const table of Object.keys(before)) expect([table, after[table]]).toEqual([table, before[table]]);
    expect(fingerprint(after)).toBe(fingerprint(before));
    expect(await honest.run('return ({}).polluted ?? null')).toBeNull();
    const categories = await honest.run<number>(`return strapi.db.query('${CATEGORY}').count()`);
    expect(categories).toBeGreaterThanOrEqual(ROUNDS);
    expect(honest.logs()).not.toMatch(/A request of another site failed for a reason of our own/);
    // What a first request makes for good (compiled schemas, caches) is there after a quarter.
    const [, early, , , late] = memory as [Memory, Memory, Memory, Memory, Memory];
    expect(late.heap - early.heap).toBeLessThan(25);
  },
  WITHIN
);
