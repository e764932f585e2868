import type { Readable } from 'node:stream';
import type { Json } from '../entity';
import type { LinkState } from '../tables';

/** Another instance as requests need it. `url` is its announced base, REST prefix included: `https://site.example/api`. */
export interface Peer {
  id: string;
  url: string;
}

/** How far a blob has come on the other side. */
export type BlobProgress = { have: number } | 'complete';

/**
 * The way to other instances. Every method throws `Unreachable` where the other side could not be reached or did not
 * answer as the instance it should be (network, 5xx, unsigned answers), and `Refused` with the peer's own code where
 * it refused the whole request.
 */
export interface Wire {
  /**
   * Sends messages in chunks and answers in their order. Where a later chunk fails, answers to the earlier ones are
   * lost with the error: sending them again is harmless, the peer knows them.
   *
   * @param onLast called when the last chunk goes: what is sent after that comes after it, unless that has to be cut.
   */
  send(peer: Peer, messages: readonly Json[], onLast?: () => void): Promise<Json[]>;
  /** A question and its answer. `bytes` is what both bodies took on the wire. */
  ask(peer: Peer, topic: string, question: Json): Promise<{ answer: Json; bytes: number }>;
  blobOffset(peer: Peer, hash: string): Promise<BlobProgress>;
  /** Sends what the peer still lacks of a blob, in pieces. `bytes(from)` opens the blob at an offset; `size` is the whole blob's. */
  sendBlob(
    peer: Peer,
    hash: string,
    bytes: (from: number) => Promise<{ stream: Readable; size: number }>
  ): Promise<void>;
}

/** The same, for a site that fetches what the other one has for it. See `fetch.ts`. */
export interface FetchWire {
  /** `given` is what the other side hands out; `bytes` is what that took on the wire. */
  fetch(peer: Peer, question: Json, signal?: AbortSignal): Promise<{ given: Json; messages: number; bytes: number }>;
  /** Some bytes of a blob from an offset on, none only at its end, and how many it has in all. */
  readBlob(peer: Peer, hash: string, from: number): Promise<{ bytes: Buffer; total: number }>;
}

/** The same, for linking: the first request goes to somebody whose key is not known yet. */
export interface LinkWire {
  /** Hands a link request to the holder of a code. The bodies prove themselves, see `link/handshake.ts`. */
  introduce(url: string, request: Json): Promise<Json>;
  /** Tells a linked instance our state of the link, and learns theirs. */
  exchangeState(peer: Peer, mine: Json): Promise<Json>;
  /** The protocol version spoken at this address. Throws `Unreachable` where it is another than ours. */
  hello(url: string): Promise<number>;
  /** How many bytes come through to a linked instance in one request, of what is usual; sends less from then on. */
  largestBody(peer: Peer): Promise<number>;
}

/** What the gate asks of the engine for linked instances. `link` is the sender's verified instance id. */
export interface PeerService {
  /** One answer for each message, in order. */
  receive(link: string, messages: Json[]): Promise<Json[]>;
  /** Throws `Refused('UNKNOWN_TOPIC', …)` for what it does not answer. */
  answer(link: string, topic: string, question: Json): Promise<Json>;
  blobOffset(link: string, hash: string): Promise<BlobProgress>;
  /** One request of a site that fetches; `wait`: how long it would wait where there is nothing, in milliseconds. */
  handOut(link: string, question: Json): Promise<{ given: Json; isEmpty: boolean; wait: number }>;
  /** Resolves when there may be something for a link, after so many milliseconds, or when nobody waits for it any more. */
  untilDue(link: string, ms: number, signal: AbortSignal): Promise<boolean>;
  /** At most so many bytes of a blob that this link was offered, from an offset on. */
  readBlob(link: string, hash: string, from: number, most: number): Promise<{ bytes: Buffer; total: number }>;
  /** A request's body that came ahead as a blob, of at most so many bytes; it is gone afterwards. */
  takeBody(link: string, hash: string, limit: number): Promise<Buffer>;
  /** Adds one piece to a blob, whose digest was checked. Throws where `from` is not what is here, or the finished hash is wrong. */
  stageBlob(link: string, hash: string, piece: Readable, from: number, total: number): Promise<void>;
}

/** What the gate asks of linking. */
export interface Reception {
  /** Somebody redeems a code that was issued here. */
  introduced(request: Json): Promise<Json>;
  /** A known instance tells its state of our link; the answer is ours. */
  heardState(link: string, theirs: Json): Promise<Json>;
  /** null: no link with this instance was ever made. */
  stateOf(link: string): Promise<LinkState | null>;
}
