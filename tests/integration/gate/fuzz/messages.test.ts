import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Json } from '../../../../server/src/replication/entity';
import type { Instance } from '../../../support/instance';
import { share } from '../../../support/link';
import { published, restOf } from '../claims';
import { startWithSenders } from '../hostile-site';
import type { Sender } from '../sender';
import { malice, messageOf, type Malice, type Target } from './ill-will';
import { MESSAGES, SEED, tell, WITHIN } from './long-run';

const CATEGORY = 'api::category.category';
const AUTHOR = 'api::author.author';
const KITCHEN = 'api::kitchen.kitchen';
const PAGE = 'api::page.page';
const AT_ONCE = 8;
const ROUNDS = 10;

let honest: Instance;
let hostile: Sender;
let friend: Sender;
let ours: Target[];
const seen = new Map<string, number>();
const slowest = { friend: 0, hostile: 0 };

beforeAll(async () => {
  const quota = { requestsPerSecond: 1e6, messagesPerDay: 1e9, bytesPerDay: 1e15 };
  const { honest: site, senders } = await startWithSenders(['hostile', 'friend'], { quota });
  honest = site;
  hostile = await senders[0]!.speakTo(honest);
  friend = await senders[1]!.speakTo(honest);
  const only = (uid: string) => ({ scope: 'type', uid, level: 'EVERYTHING', direction: 'SEND_ONLY' }) as const;
  await share(honest, hostile.me, [CATEGORY, PAGE].map(only));
  // What the friend gets, the other does not: it is recorded, and not shared with it.
  await share(
    honest,
    friend.me,
    [AUTHOR, KITCHEN].map((uid) => ({ ...only(uid), direction: 'BOTH' as const }))
  );
  const editor = await honest.editor();
  const made: [string, object][] = [
    [CATEGORY, { name: 'Ours', slug: 'ours' }],
    [PAGE, { title: 'Ours' }],
    [AUTHOR, { name: 'Ours' }],
    [KITCHEN, { string: 'Ours', simples: [{ name: 'Ours' }] }],
  ];
  const ids: [string, string][] = [];
  for (const [uid, data] of made) ids.push([uid, (await editor.create(uid, data)).documentId]);
  const file = await editor.upload('ours.png', Buffer.from('the bytes of ours'), 'image/png');
  ids.push(['plugin::upload.file', file.documentId]);
  const { replication_leaves: leaves } = (await restOf(honest)) as { replication_leaves: string[] };
  ours = ids.map(([uid, id]) => ({
    uid,
    id,
    ruled: [CATEGORY, PAGE].includes(uid),
    leaf: leaves.map((row) => JSON.parse(row)).find(({ entity }) => entity === `${uid}/${id}`)?.revision ?? null,
  }));
  expect(ours.filter(({ leaf }) => leaf !== null).length).toBeGreaterThanOrEqual(4);
}, 180_000);

afterAll(() => {
  hostile?.close();
  friend?.close();
});

const timed = async <T>(who: keyof typeof slowest, work: Promise<T>): Promise<T> => {
  const started = performance.now();
  const result = await work;
  slowest[who] = Math.max(slowest[who], performance.now() - started);
  return result;
};

const good = (sender: Sender): Json => {
  const id = `good${randomBytes(8).toString('hex')}`;
  return sender.update(AUTHOR, id, { parts: published({ name: id }) });
};

const LEAKS = /\n\s+at |node_modules|insert into|update `|select |\/tmp\/|\/playground\//i;

const check = (message: Json, answer: any): void => {
  const shown = JSON.stringify(answer).slice(0, 600);
  const { status, code, reason } = answer;
  if (!['applied', 'known', 'held', 'need', 'stale', 'unplaced', 'refused'].includes(status)) throw new Error(shown);
  if (code === 'INTERNAL') throw new Error(`A defect: ${JSON.stringify(message).slice(0, 3_000)}`);
  if (status === 'refused' && !/^[A-Z_]+$/.test(code)) throw new Error(`No code: ${shown}`);
  if (status === 'held' && !(typeof reason === 'string' && reason !== '')) throw new Error(`No reason: ${shown}`);
  if (LEAKS.test(shown)) throw new Error(`It tells of itself: ${shown}`);
  seen.set(`${status} ${code ?? ''}`, (seen.get(`${status} ${code ?? ''}`) ?? 0) + 1);
};

let said = 0;
/** Bad ones around a good one, in one request, while the friend sends, too. */
const say = async (some: Malice[]): Promise<void> => {
  const messages = some.map((one) => messageOf(one, hostile, ours));
  said += messages.length;
  const middle = Math.floor(messages.length / 2);
  const all = [...messages.slice(0, middle), good(hostile), ...messages.slice(middle)];
  const [answers, [fromFriend]] = await Promise.all([
    timed('hostile', hostile.send(...all)),
    timed('friend', friend.send(good(friend))),
  ]);
  expect(answers).toHaveLength(all.length);
  answers.forEach((answer, index) => check(all[index]!, answer));
  expect(answers[middle]).toEqual({ status: 'applied' });
  expect(fromFriend).toEqual({ status: 'applied' });
};

/** Tables whose rows may become more: those of the types that a link may bring, and of what they are made of. */
const MAY_GROW =
  /^(replication_|kitchens|kitchen_plains|authors|articles|pages|banners|files|components_|upload_folders|.*_(lnk|mph|cmps)$)/;

it(
  `takes nothing from ${MESSAGES} messages of a linked site that it has no right to, and each of its good entries`,
  async () => {
    const before = await restOf(honest);
    const started = performance.now();
    const perRound = Math.max(1, Math.ceil(MESSAGES / ROUNDS / AT_ONCE));
    for (let round = 0; round < ROUNDS && performance.now() - started < WITHIN; round += 1) {
      await fc.assert(fc.asyncProperty(fc.array(malice, { minLength: AT_ONCE, maxLength: AT_ONCE }), say), {
        seed: SEED + round,
        numRuns: perRound,
        interruptAfterTimeLimit: WITHIN,
        endOnFailure: true,
      });
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    tell(
      `${said} messages in ${seconds} s (seed ${SEED}); slowest request: ${Math.round(slowest.hostile)} ms, of the friend: ${Math.round(slowest.friend)} ms`
    );
    tell(
      [...seen]
        .sort()
        .map(([name, count]) => `  ${name}: ${count}`)
        .join('\n')
    );

    const after = await restOf(honest);
    for (const [table, rows] of Object.entries(before)) {
      const there = new Set(after[table] as string[]);
      // What a message of its own says of who has what may be known of ours, too; ours stays as it was.
      if (['replication_replicas', 'replication_jobs'].includes(table)) continue;
      const lost = (rows as (string | object)[]).filter((row) => typeof row === 'string' && !there.has(row));
      expect([table, lost]).toEqual([table, []]);
      if (!MAY_GROW.test(table)) expect([table, after[table]]).toEqual([table, rows]);
    }
    expect(await honest.run('return ({}).polluted ?? null')).toBeNull();
    const editor = await honest.editor();
    for (const { uid, id } of ours.filter(({ uid }) => uid.startsWith('api::'))) {
      const { name, title, string } = (await editor.read(uid, id)).data ?? (await editor.read(uid, id));
      expect([uid, name ?? title ?? string]).toEqual([uid, 'Ours']);
    }
    expect(honest.logs()).not.toMatch(/failed for a reason of our own/);
  },
  WITHIN
);
