import { createHash, createHmac, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { httpbis } from 'http-message-signatures';
import { signAnswer, signRequest, verifyAnswer, verifyRequest } from '../../../server/src/http/signature';
import { readCode, writeCode } from '../../../server/src/replication/link/code';
import {
  answerIntroduction,
  introduce,
  readAnswer,
  readIntroduction,
} from '../../../server/src/replication/link/handshake';
import { introduceKey, readKeyChain } from '../../../server/src/replication/link/key-record';
import type { KeyChain } from '../../../server/src/replication/link/key-record';
import {
  fingerprintOf,
  instanceIdOf,
  keyIdOf,
  readPrivateKey,
  signBytes,
  verifyBytes,
  publicKeyOf,
} from '../../../server/src/replication/link/keys';
import type { Verifier } from '../../../server/src/replication/link/verifier';

/** docs/protocol.md is the specification: its vectors are held against the code, and against Node's own cryptography. */
const protocol = readFileSync(path.join(__dirname, '../../../docs/protocol.md'), 'utf8');
const vector = (name: string): any => {
  const block = new RegExp(`\`\`\`json vector=${name}\\n([\\s\\S]*?)\\n\`\`\``).exec(protocol);
  if (!block) throw new Error(`docs/protocol.md has no vector ${name}.`);
  return JSON.parse(block[1]!);
};

const identityOf = (seed: string, keys?: KeyChain) => {
  const pair = readPrivateKey(seed);
  const records = keys ?? [introduceKey(pair, 1767225600000)];
  const key = keyIdOf(pair.publicKey);
  return {
    instance: records[0]!.instance,
    formers: [],
    key,
    publicKey: pair.publicKey,
    fingerprint: fingerprintOf(key),
    keys: records,
    sign: (bytes: Buffer) => signBytes(pair, bytes),
  };
};

const verifierOf = (identity: { publicKey: string }): Verifier => ({
  forget: () => undefined,
  verify: async (_instance, _key, bytes, signature) =>
    verifyBytes(publicKeyOf(identity.publicKey), bytes, signature) ? 'good' : 'bad',
});

describe('docs/protocol.md', () => {
  it('names keys and instances as the code does', () => {
    const { seed, public_key, instance, key, fingerprint, record } = vector('identity');
    const pair = readPrivateKey(seed);
    expect(pair.publicKey).toBe(public_key);
    expect(instanceIdOf(public_key)).toBe(instance);
    expect(keyIdOf(public_key)).toBe(key);
    expect(fingerprintOf(key)).toBe(fingerprint);
    expect(introduceKey(pair, record.created)).toEqual(record);
    expect(readKeyChain([record])).toEqual([record]);
  });

  it('signs key records over the bytes it describes', () => {
    const { seed, record } = vector('identity');
    const { created, instance, key, public_key } = record;
    const bytes = `strapi-replication key 1\n${JSON.stringify({ created, instance, key, public_key })}`;
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'base64')]);
    const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    expect(sign(null, Buffer.from(bytes), privateKey).toString('base64url')).toBe(record.signature);
    expect(createHash('sha256').update(Buffer.from(public_key, 'base64url')).digest('hex').slice(0, 32)).toBe(key);
  });

  it('endorses a new key by the one before it', () => {
    const { first_seed, second_seed, keys } = vector('rotation');
    const first = { instance: keys[0].instance, pair: readPrivateKey(first_seed) };
    expect(introduceKey(readPrivateKey(second_seed), keys[1].created, first)).toEqual(keys[1]);
    expect(readKeyChain(keys)).toEqual(keys);
  });

  it('writes and reads link codes as the code does', () => {
    const { text, ...code } = vector('code');
    expect(writeCode(code)).toBe(text);
    expect(readCode(text)).toEqual(code);
  });

  it('introduces two sites to each other with the bytes it describes', () => {
    const code = vector('code');
    const { asker_seed, request, answer } = vector('linking');
    const [a, b] = [identityOf(vector('identity').seed), identityOf(asker_seed)];
    const [partyA, partyB] = [
      { keys: a.keys, url: code.url, name: 'Staging' },
      { keys: b.keys, url: 'https://live.example/api', name: 'Live' },
    ];
    expect(introduce(b, partyB, code)).toEqual(request);
    expect(answerIntroduction(a, partyA, readIntroduction(request), code.secret)).toEqual(answer);
    expect(readAnswer(answer, partyB, code)).toEqual(partyA);
    const covered = {
      asker: { key: b.key, name: 'Live', url: partyB.url },
      issuer: { key: a.key, name: '', url: code.url },
      nonce: code.nonce,
      purpose: 'ask',
    };
    const mac = createHmac('sha256', Buffer.from(code.secret, 'base64url'));
    mac.update(`strapi-replication link 1\n${JSON.stringify(covered)}`);
    expect(mac.digest('base64url')).toBe(request.mac);
  });

  it('signs requests and answers as the code does', async () => {
    for (const [name, signIt] of [
      ['request', signRequest],
      ['answer', signAnswer],
    ] as const) {
      const { seed, method, status, body, created, expires, nonce, headers } = vector(name);
      const { signature: _s, 'signature-input': _i, 'content-digest': _d, ...given } = headers;
      const subject = { method, status, headers: given, body: Buffer.from(body) };
      expect(await signIt(identityOf(seed), subject, { created, expires, nonce })).toEqual(headers);
    }
  });

  it('signs requests over the base that RFC 9421 describes', async () => {
    const { seed, headers, method } = vector('request');
    const names = ['content-digest', 'replication-path', 'replication-sender', 'replication-recipient', 'content-type'];
    const base = [
      `"@method": ${method}`,
      ...names.map((name) => `"${name}": ${headers[name]}`),
      `"@signature-params": ${headers['signature-input'].slice('sig='.length)}`,
    ].join('\n');
    const { publicKey } = identityOf(seed);
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey, 'base64url')]);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const signature = Buffer.from(headers.signature.slice('sig=:'.length, -1), 'base64');
    expect(verify(null, Buffer.from(base), key, signature)).toBe(true);
  });

  it('has signatures that hold, and do not for anything else', async () => {
    const request = vector('request');
    const sender = identityOf(request.seed);
    const check = (headers: { [name: string]: string }, method = 'POST') =>
      verifyRequest(verifierOf(sender), { method, headers, sender: sender.instance, keyid: sender.key });
    expect(await check(request.headers)).toBe('good');
    expect(await check(request.headers, 'PUT')).toBe('bad');
    expect(await check({ ...request.headers, 'replication-path': '/v1/link/state' })).toBe('bad');

    const { seed, status, body, headers } = vector('answer');
    const peer = identityOf(seed);
    const expected = { sender: peer.instance, recipient: sender.instance, nonce: request.nonce };
    const holds = (change: object, wanted = expected) =>
      verifyAnswer(verifierOf(peer), { status, headers, body: Buffer.from(body), ...change }, wanted).then(
        (verdict) => verdict === 'good'
      );
    expect(await holds({})).toBe(true);
    expect(await holds({ status: 403 })).toBe(false);
    expect(await holds({ body: Buffer.from('{"outcome":"applied"}\n') })).toBe(false);
    expect(await holds({}, { ...expected, nonce: 'another' })).toBe(false);
    expect(await holds({ headers: { ...headers, 'replication-have': 'complete' } })).toBe(false);
  });
});

describe('the library for message signatures', () => {
  it('makes the Ed25519 signature of RFC 9421, B.2.6', async () => {
    const key = createPrivateKey(
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----'
    );
    const { headers } = await httpbis.signMessage(
      {
        key: { id: 'test-key-ed25519', sign: async (bytes: Buffer) => sign(null, bytes, key) },
        name: 'sig-b26',
        fields: ['"date"', '"@method"', '"@path"', '"@authority"', '"content-type"', '"content-length"'],
        params: ['created', 'keyid'],
        paramValues: { created: new Date(1618884473_000) },
      },
      {
        method: 'POST',
        url: 'https://example.com/foo?param=Value&Pet=dog',
        headers: {
          date: 'Tue, 20 Apr 2021 02:07:55 GMT',
          'content-type': 'application/json',
          'content-length': '18',
        },
      }
    );
    expect((headers as { [name: string]: string }).Signature).toBe(
      'sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:'
    );
  });
});
