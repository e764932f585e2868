import { createHash, timingSafeEqual } from 'node:crypto';
import { httpbis } from 'http-message-signatures';
import type { Signer } from '../replication/link/identity';
import type { Verdict, Verifier } from '../replication/link/verifier';
import { HEADER } from './media';

/**
 * Signatures of requests and answers: RFC 9421, one signature called `sig`, Ed25519. docs/protocol.md, "Signatures".
 *
 * What is covered is fixed: of the lists below every component that must be there, and every header that is there.
 * So a header that was added, taken away or changed on the way breaks the signature. The path is signed as a header of
 * its own, relative to the announced base, because proxies rewrite prefixes.
 */
export type Headers = { [name: string]: string | string[] | undefined };

interface Coverage {
  always: readonly string[];
  ifPresent: readonly string[];
}

const REQUEST: Coverage = {
  always: ['@method', 'content-digest', HEADER.path, HEADER.sender, HEADER.recipient],
  ifPresent: ['content-type', 'content-encoding', HEADER.offset, HEADER.total, HEADER.body],
};
const ANSWER: Coverage = {
  always: ['@status', 'content-digest', HEADER.inReplyTo, HEADER.sender, HEADER.recipient],
  ifPresent: ['content-type', 'content-encoding', HEADER.have, HEADER.total, HEADER.error],
};

const covered = ({ always, ifPresent }: Coverage, headers: Headers): string[] => [
  ...always,
  ...ifPresent.filter((name) => headers[name] !== undefined),
];

export const digestOf = (bytes: Buffer): string => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;

export const digestMatches = (header: unknown, bytes: Buffer): boolean => {
  const expected = Buffer.from(digestOf(bytes));
  const given = Buffer.from(typeof header === 'string' ? header : '');
  return given.length === expected.length && timingSafeEqual(given, expected);
};

export interface SignatureParameters {
  /** Seconds since 1970. */
  created: number;
  expires: number;
  nonce: string;
  keyid: string;
}

type Subject = { method: string; url: string; headers: Headers } | { status: number; headers: Headers };

/** Adds `signature` and `signature-input` to the headers. */
const sign = async (
  signer: Signer,
  subject: Subject,
  coverage: Coverage,
  times: Omit<SignatureParameters, 'keyid'>
) => {
  // Read at once: the signer may get another key while this waits.
  const { key, sign: signBytes } = signer;
  const signed = await httpbis.signMessage(
    {
      key: {
        id: key,
        alg: 'ed25519',
        sign: async (bytes: Buffer) => Buffer.from(signBytes(bytes), 'base64url'),
      },
      name: 'sig',
      fields: covered(coverage, subject.headers).map((name) => `"${name}"`),
      params: ['created', 'expires', 'nonce', 'keyid', 'alg'],
      paramValues: {
        created: new Date(times.created * 1000),
        expires: new Date(times.expires * 1000),
        nonce: times.nonce,
      },
    },
    subject as Parameters<typeof httpbis.signMessage>[1]
  );
  const { Signature, 'Signature-Input': input } = signed.headers as { [name: string]: string };
  return { ...subject.headers, signature: Signature, 'signature-input': input } as { [name: string]: string };
};

const INPUT = /^sig=\(([a-z@ "-]{0,400})\)((?:;[a-z]+=(?:\d{1,15}|"[A-Za-z0-9_-]{1,100}"))+)$/;

/** The parameters of a signature, where it has exactly our form and covers exactly what it has to. */
const readInput = (headers: Headers, coverage: Coverage): SignatureParameters | null => {
  const input = headers['signature-input'];
  if (typeof input !== 'string') return null;
  const match = INPUT.exec(input);
  if (!match) return null;
  if (
    match[1] !==
    covered(coverage, headers)
      .map((name) => `"${name}"`)
      .join(' ')
  )
    return null;
  const pairs = match[2]!
    .slice(1)
    .split(';')
    .map((pair) => pair.split('=') as [string, string]);
  const values = new Map(pairs);
  if (pairs.length !== values.size || values.get('alg') !== '"ed25519"') return null;
  const created = Number(values.get('created') ?? Number.NaN);
  const expires = Number(values.get('expires') ?? Number.NaN);
  const nonce = /^"([A-Za-z0-9_-]{22,64})"$/.exec(values.get('nonce') ?? '')?.[1];
  const keyid = /^"([0-9a-f]{32})"$/.exec(values.get('keyid') ?? '')?.[1];
  if (Number.isNaN(created) || Number.isNaN(expires) || !nonce || !keyid) return null;
  return { created, expires, nonce, keyid };
};

const verify = async (verifier: Verifier, instance: string, subject: Subject, keyid: string): Promise<Verdict> => {
  let verdict: Verdict = 'bad';
  const { signature, 'signature-input': input } = subject.headers;
  // One signature, and nothing besides: the library would accept a message for any one of several.
  if (typeof signature !== 'string' || !/^sig=:[A-Za-z0-9+/]{86}==:$/.test(signature)) return 'bad';
  try {
    await httpbis.verifyMessage(
      {
        // Time is judged by the caller, with the domain's clock.
        notAfter: Number.MAX_SAFE_INTEGER,
        tolerance: Number.MAX_SAFE_INTEGER / 4,
        keyLookup: async () => ({
          id: keyid,
          algs: ['ed25519'],
          verify: async (bytes: Buffer, raw: Buffer) => {
            verdict = await verifier.verify(instance, keyid, bytes, raw.toString('base64url'));
            return verdict === 'good';
          },
        }),
      },
      { ...subject, headers: { ...subject.headers, signature, 'signature-input': input } } as Parameters<
        typeof httpbis.verifyMessage
      >[1]
    );
  } catch {
    return 'bad';
  }
  return verdict;
};

export interface RequestToSign {
  method: string;
  headers: { [name: string]: string };
  body: Buffer;
}

/** The request's headers with digest and signature. The header names must be lower case. */
export const signRequest = (
  signer: Signer,
  request: RequestToSign,
  times: Omit<SignatureParameters, 'keyid'>
): Promise<{ [name: string]: string }> =>
  sign(
    signer,
    {
      method: request.method,
      url: 'http://unsigned.invalid/',
      headers: { ...request.headers, 'content-digest': digestOf(request.body) },
    },
    REQUEST,
    times
  );

/** What an incoming request's signature says of itself, or null where it has not the form it must have. */
export const readRequestSignature = (headers: Headers): SignatureParameters | null => readInput(headers, REQUEST);

/** Whether the headers are what the sender signed. The body is still to be held against `content-digest`. */
export const verifyRequest = (
  verifier: Verifier,
  request: { method: string; headers: Headers; sender: string; keyid: string }
): Promise<Verdict> =>
  verify(
    verifier,
    request.sender,
    { method: request.method, url: 'http://unsigned.invalid/', headers: request.headers },
    request.keyid
  );

export const signAnswer = (
  signer: Signer,
  answer: { status: number; headers: { [name: string]: string }; body: Buffer },
  times: Omit<SignatureParameters, 'keyid'>
): Promise<{ [name: string]: string }> =>
  sign(
    signer,
    { status: answer.status, headers: { ...answer.headers, 'content-digest': digestOf(answer.body) } },
    ANSWER,
    times
  );

/** Whether an answer comes from the peer and answers exactly this request; `bad` also where it is not signed at all. */
export const verifyAnswer = async (
  verifier: Verifier,
  answer: { status: number; headers: Headers; body: Buffer },
  expected: { sender: string; recipient: string; nonce: string }
): Promise<Verdict> => {
  const { headers } = answer;
  if (headers[HEADER.sender] !== expected.sender || headers[HEADER.recipient] !== expected.recipient) return 'bad';
  if (headers[HEADER.inReplyTo] !== expected.nonce || !digestMatches(headers['content-digest'], answer.body))
    return 'bad';
  const input = readInput(headers, ANSWER);
  if (!input) return 'bad';
  const subject = { status: answer.status, headers };
  return verify(verifier, expected.sender, subject, input.keyid);
};
