import canonicalize from 'canonicalize';
import { z } from 'zod';
import { Refused } from '../errors';
import type { Unit } from '../ports';
import type { Row } from '../tables';
import { instanceIdOf, keyIdOf, publicKeyOf, signBytes, verifyBytes } from './keys';
import type { KeyPair } from './keys';

/**
 * How a key is introduced: a record signed by that key. The first key of an instance needs nobody's word, the
 * instance's id is made from it. Each later one is endorsed by an earlier one, over the same bytes.
 */
export const instanceId = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
export const keyId = z.string().regex(/^[0-9a-f]{32}$/);
export const signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/);

export const keyRecord = z.strictObject({
  instance: instanceId,
  key: keyId,
  public_key: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** Milliseconds since 1970. */
  created: z.int().nonnegative(),
  signature,
  endorsed_by: keyId.optional(),
  endorsement: signature.optional(),
});
export type KeyRecord = z.infer<typeof keyRecord>;

const DOMAIN = 'strapi-replication key 1\n';

const bytesOf = (record: Pick<KeyRecord, 'instance' | 'key' | 'public_key' | 'created'>): Buffer => {
  const { instance, key, public_key, created } = record;
  return Buffer.from(DOMAIN + canonicalize({ instance, key, public_key, created }));
};

export const introduceKey = (
  pair: KeyPair,
  created: number,
  endorser?: { instance: string; pair: KeyPair }
): KeyRecord => {
  const body = {
    instance: endorser?.instance ?? instanceIdOf(pair.publicKey),
    key: keyIdOf(pair.publicKey),
    public_key: pair.publicKey,
    created,
  };
  const bytes = bytesOf(body);
  const signed = { ...body, signature: signBytes(pair, bytes) };
  if (!endorser) return signed;
  return {
    ...signed,
    endorsed_by: keyIdOf(endorser.pair.publicKey),
    endorsement: signBytes(endorser.pair, bytes),
  };
};

const refuse = (why: string) => new Refused('BAD_KEY_RECORD', `The key record of the other site is not valid: ${why}.`);

/** Checks everything in a record but who endorsed it. */
const readKeyRecord = (record: KeyRecord): KeyRecord => {
  if (keyIdOf(record.public_key) !== record.key) throw refuse('its key id belongs to another key');
  if (!verifyBytes(publicKeyOf(record.public_key), bytesOf(record), record.signature)) {
    throw refuse('it is not signed by its own key');
  }
  return record;
};

/** All records from an instance's first key to the one in use: whoever has them needs to know nothing else. */
export const MOST_KEYS = 50;
/** So many of an instance's are kept here: it has more than a chain's where its database was put back and it went on anew. */
const MOST_KEPT = 2 * MOST_KEYS;
export const keyChain = z.array(keyRecord).min(1).max(MOST_KEYS);
export type KeyChain = z.infer<typeof keyChain>;

export const readKeyChain = (given: unknown): KeyChain => {
  const parsed = keyChain.safeParse(given);
  if (!parsed.success) throw refuse('it does not have the form of one');
  const chain = parsed.data;
  chain.forEach((given, index) => {
    const record = readKeyRecord(given);
    const before = chain[index - 1];
    if (!before) {
      if (instanceIdOf(record.public_key) !== record.instance)
        throw refuse('its first key is not that of this instance');
      return;
    }
    if (record.instance !== before.instance || record.endorsed_by !== before.key || !record.endorsement) {
      throw refuse('the key before it does not endorse it');
    }
    if (!verifyBytes(publicKeyOf(before.public_key), bytesOf(record), record.endorsement)) {
      throw refuse('its endorsement is not good');
    }
  });
  return chain;
};

export const currentKey = (chain: KeyChain): KeyRecord => chain[chain.length - 1]!;

/**
 * Takes an instance's keys into `signing_keys`, after checking them. A key that was revoked here endorses no new one:
 * whoever stole it could. Only where two people compare fingerprints (`vouched`) the word of the new key is enough.
 */
export const learnKeys = async ({ tables }: Unit, given: unknown, vouched = false): Promise<KeyChain> => {
  const chain = readKeyChain(given);
  const ids = chain.map((record) => record.key);
  const known = await tables.find('signing_keys', { id: ids });
  refuseRevoked(chain, known, vouched);
  for (const row of known) {
    // Keys from the configuration come without a record; this is the moment to get it.
    const record = chain.find(({ key }) => key === row.id);
    if (row.record === '') await tables.update('signing_keys', { id: row.id }, { record: JSON.stringify(record) });
  }
  const kept = await tables.count('signing_keys', { instance: currentKey(chain).instance });
  if (chain.length > known.length && kept + chain.length - known.length > MOST_KEPT) {
    throw new Refused('TOO_MANY_KEYS', 'Too many keys of the other site are known here.');
  }
  await tables.insert('signing_keys', chain.map(rowFor), 'ignore');
  return chain;
};

/** The same, of an instance that is known. */
export const learnKeysOf = async (unit: Unit, instance: string, given: unknown): Promise<void> => {
  if (currentKey(readKeyChain(given)).instance !== instance) {
    throw new Refused('BAD_KEY_RECORD', 'The keys told are not those of the site that told them.');
  }
  await learnKeys(unit, given);
};

const refuseRevoked = (chain: KeyChain, known: readonly Row<'signing_keys'>[], vouched: boolean): void => {
  const revoked = new Set(known.flatMap(({ id, revoked_at: at }) => (at === null ? [] : [id])));
  const heard = new Set(known.map(({ id }) => id));
  const stranger = chain.find(({ key, endorsed_by: by }) => !heard.has(key) && by !== undefined && revoked.has(by));
  if ((!vouched && stranger) || revoked.has(currentKey(chain).key)) {
    throw new Refused(
      'KEY_REVOKED',
      'The key in use, or the one that endorses it, was revoked on the other site. Change the key of this site, then link the two sites anew.'
    );
  }
};

const rowFor = (record: KeyRecord): Row<'signing_keys'> => ({
  id: record.key,
  instance: record.instance,
  public_key: record.public_key,
  private_key: null,
  created_at: record.created,
  retired_at: null,
  revoked_at: null,
  record: JSON.stringify(record),
});
