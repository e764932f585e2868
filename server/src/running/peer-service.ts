import type { Readable } from 'node:stream';
import type { ReplicationConfig } from '../config';
import { readStream, TooLarge } from '../http/body';
import { receive } from '../replication/apply/receive';
import type { Verifier } from '../replication/apply/verify';
import type { Context } from '../replication/context';
import type { Json } from '../replication/entity';
import { Refused } from '../replication/errors';
import { answerMatching, type AnswerOptions } from '../replication/matching/answer';
import { dueIn } from '../replication/queue/next-due';
import { answerComparison } from '../replication/reconcile/compare';
import type { Row } from '../replication/tables';
import type { Tracked } from '../replication/tracked';
import { readQuestion } from '../replication/transport/fetch-protocol';
import { handOut } from '../replication/transport/hand-out';
import type { PeerService } from '../replication/transport/wire';
import { OneByOne } from './one-by-one';
import type { Waiters } from './waiters';

export interface PeerServiceOptions {
  context: Context;
  verifier: Verifier;
  config: ReplicationConfig;
  tracked: Tracked;
  /** Answers what has to do with this site and not with its history; null where it does not know the topic. */
  answerOf(topic: string, question: Json): Promise<Json | null>;
  /** Whether everybody may read what is published here of a type. */
  isPublic: AnswerOptions['isPublic'];
  /** Something may have to be recorded or rendered again. */
  poke(): void;
  waiters: Waiters;
}

/** What was found and is not given all the same (somebody else has just taken it) is not looked for at once. */
const LEAST_WAIT_MS = 50;
/** A request waits so long for the one before it. An upload provider may hang; the order is for the eye only. */
const ORDER_MS = 15_000;
/** From this site's own disk. */
const BODY_TIMEOUT_MS = 60_000;

/** What linked sites may ask of this one, behind the gate: by now we know who asks. */
export const createPeerService = ({
  context,
  verifier,
  config,
  tracked,
  answerOf,
  isPublic,
  poke,
  waiters,
}: PeerServiceOptions): PeerService => {
  const { store, files } = context;
  const linkOf = async (id: string): Promise<Row<'links'>> => {
    const [link] = await store.transaction(({ tables }) => tables.find('links', { id }));
    if (!link || link.state !== 'REGISTERED') throw new Refused('NOT_LINKED', 'These two sites are not linked.');
    if (link.paused) throw new Refused('PAUSED', 'Sharing with this site is paused here.');
    return link;
  };
  const received = new OneByOne(ORDER_MS);
  const hadFrom = async (link: string, hash: string): Promise<boolean> =>
    (await store.transaction(({ tables }) => tables.count('link_blobs', { link, hash }))) > 0;

  return {
    // Requests of one link in their order: what a later one refers to may come with an earlier one.
    receive: (id, messages) =>
      received.run(id, async () => {
        const link = await linkOf(id);
        const answers = await receive(context, verifier, link, messages);
        poke();
        return answers as unknown as Json[];
      }),

    answer: async (id, topic, question) => {
      await linkOf(id);
      return (
        (await answerOf(topic, question)) ??
        (await answerMatching(context, { track: (uid) => tracked.add(uid), isPublic }, id, topic, question)) ??
        answerComparison(store, id, topic, question)
      );
    },

    blobOffset: async (id, hash) => {
      await linkOf(id);
      if ((await hadFrom(id, hash)) && (await files.missing([hash])).length === 0) return 'complete';
      return { have: await files.staged(hash, id) };
    },

    handOut: async (id, question) => {
      const link = await linkOf(id);
      const asked = readQuestion(question);
      const given = await handOut(context, link, asked);
      const isEmpty = given.messages.length === 0 && given.fetch && !given.compare;
      return { given: given as unknown as Json, isEmpty, wait: asked.wait };
    },

    untilDue: async (id, ms, signal) => {
      const due = () => store.transaction(({ tables }) => dueIn(tables, id, context.clock.now()));
      return waiters.wait(id, async () => Math.min(ms, Math.max(LEAST_WAIT_MS, await due())), signal);
    },

    readBlob: async (id, hash, from, most) => {
      await linkOf(id);
      const blob = (await hadFrom(id, hash)) ? await files.open(hash, from) : null;
      if (!blob) throw new Refused('BLOB_GONE', 'There are no such bytes for this link here.');
      return { bytes: await firstOf(blob.stream, most), total: blob.size };
    },

    takeBody: async (id, hash, limit) => {
      await linkOf(id);
      const blob = (await hadFrom(id, hash)) ? await files.open(hash) : null;
      if (!blob) throw new Refused('BODY_MISSING', 'The body that this request names has not come. Send it again.');
      if (blob.size > limit) {
        blob.stream.destroy();
        throw new TooLarge(limit);
      }
      const body = await readStream(blob.stream, limit, BODY_TIMEOUT_MS);
      const isOthers = await store.transaction(async ({ tables }) => {
        await tables.remove('link_blobs', { link: id, hash });
        return (await tables.count('link_blobs', { hash })) > 0;
      });
      if (!isOthers) await files.discard(hash);
      return body;
    },

    stageBlob: async (id, hash, piece, from, total) => {
      await linkOf(id);
      if (total > config.maxFileBytes) {
        throw new Refused('FILE_TOO_LARGE', `This site takes files of at most ${config.maxFileBytes} bytes.`);
      }
      if (!(await files.stage(hash, piece, from, total, id))) return;
      await store.transaction(({ tables }) => tables.insert('link_blobs', [{ link: id, hash }], 'ignore'));
    },
  };
};

/** The first bytes of a stream, which is then closed. */
const firstOf = async (stream: Readable, most: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop closes the stream.
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
};
