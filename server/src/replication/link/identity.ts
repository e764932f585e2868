import { NotPossible } from '../errors';
import type { Clock, Unit } from '../ports';
import type { Row } from '../tables';
import { introduceKey, MOST_KEYS } from './key-record';
import type { KeyChain, KeyRecord } from './key-record';
import { tellAll } from './rows';
import { fingerprintOf, keyIdOf, newKeyPair, readPrivateKey, seedOf, signBytes } from './keys';
import type { KeyPair } from './keys';

/** Keeps what must not lie in the database as text. */
export interface Secrets {
  /** null: can encrypt. Otherwise a sentence that says which line of configuration is missing. */
  missing(): string | null;
  encrypt(text: string): string;
  /** null: encrypted with another key than today's. */
  decrypt(text: string): string | null;
}

export interface Signer {
  readonly instance: string;
  /** Id of the key that signs. */
  readonly key: string;
  /** Ed25519 over the bytes, in base64url. Read it together with `key`: an identity's key may change between. */
  readonly sign: (bytes: Buffer) => string;
}

export interface Identity extends Signer {
  /** Instances whose database this one was copied from. */
  readonly formers: readonly string[];
  readonly publicKey: string;
  readonly fingerprint: string;
  /** The records of all keys this instance ever had, the one in use last: how it introduces itself. */
  readonly keys: KeyChain;
}

export interface IdentityOptions {
  secrets: Secrets;
  clock: Clock;
  /** From the configuration: PEM, or base64 of a 32-byte seed. Then nothing secret is stored. */
  privateKey?: string | null;
}

/** The setting that names the key in use. */
export const CURRENT_KEY = 'identity.key';
const FORMERS = 'identity.formers';

/**
 * This instance's identity, made at the first call. Throws `NotPossible` with what to do where the private key can
 * neither be kept nor read; replication is then off, the site is not.
 */
export const loadIdentity = async (unit: Unit, options: IdentityOptions): Promise<Identity> => {
  const current = await currentKey(unit);
  const configured = options.privateKey ? readPrivateKey(options.privateKey) : null;
  if (!current) return begin(unit, configured, options);
  if (!configured) return identityOf(unit, current, storedPair(current, options.secrets));
  if (keyIdOf(configured.publicKey) === current.id) return identityOf(unit, current, configured);
  return succeed(unit, current, configured, options);
};

/** The key in use, as it is stored: who this database says that it is. */
export const currentKey = async ({ tables }: Unit): Promise<Row<'signing_keys'> | null> => {
  const [setting] = await tables.find('settings', { name: CURRENT_KEY });
  if (!setting) return null;
  const [row] = await tables.find('signing_keys', { id: setting.value });
  return row ?? null;
};

const begin = async (unit: Unit, configured: KeyPair | null, options: IdentityOptions): Promise<Identity> => {
  const { pair, row } = firstKey(configured, options);
  // Two processes of one site may start at once: the first to write this setting is the identity of both.
  await unit.tables.insert('settings', [{ name: CURRENT_KEY, value: row.id }], 'ignore');
  const [winner] = await unit.tables.find('settings', { name: CURRENT_KEY });
  if (winner?.value === row.id) {
    await unit.tables.insert('signing_keys', [row], 'ignore');
    return identityOf(unit, row, pair);
  }
  const theirs = await currentKey(unit);
  if (!theirs) throw new NotPossible('IDENTITY_RACE', 'Another process is making this site’s identity. Start again.');
  return identityOf(unit, theirs, configured ?? storedPair(theirs, options.secrets));
};

/** The first key of a new identity, not stored yet. */
const firstKey = (configured: KeyPair | null, { secrets, clock }: IdentityOptions) => {
  const pair = configured ?? newStoredPair(secrets);
  return { pair, row: rowOf(introduceKey(pair, clock.now()), configured ? null : secrets.encrypt(seedOf(pair))) };
};

const newStoredPair = (secrets: Secrets): KeyPair => {
  const missing = secrets.missing();
  if (missing) throw new NotPossible('NO_SECRET', missing);
  return newKeyPair();
};

/**
 * A copied database becomes a site of its own: another key, and so another id. What the site that it was copied from
 * has signed goes on verifying; what it could sign with is gone from here.
 */
export const becomeAnother = async (unit: Unit, options: IdentityOptions): Promise<void> => {
  const { tables } = unit;
  const former = await currentKey(unit);
  const configured = options.privateKey ? readPrivateKey(options.privateKey) : null;
  if (former && configured && (await isKeyOf(unit, former.instance, configured))) {
    throw new NotPossible(
      'KEY_OF_THE_ORIGINAL',
      'REPLICATION_PRIVATE_KEY (or “privateKey” in the configuration) holds the key of the site that this one was copied from. Give this site another key or none, restart it, and answer again.'
    );
  }
  const { row } = firstKey(configured, options);
  if (former) {
    const formers = [...new Set([...(await formersOf(unit)), former.instance])];
    await tables.insert('settings', [{ name: FORMERS, value: JSON.stringify(formers) }], 'replace');
    await tables.update('signing_keys', { instance: former.instance }, { private_key: null });
    await tables.update(
      'signing_keys',
      { instance: former.instance, retired_at: null },
      { retired_at: options.clock.now() }
    );
  }
  await tables.insert('signing_keys', [row], 'fail');
  await tables.insert('settings', [{ name: CURRENT_KEY, value: row.id }], 'replace');
};

const isKeyOf = async ({ tables }: Unit, instance: string, { publicKey }: KeyPair): Promise<boolean> =>
  (await tables.count('signing_keys', { id: keyIdOf(publicKey), instance })) > 0;

const formersOf = async ({ tables }: Unit): Promise<string[]> => {
  const [setting] = await tables.find('settings', { name: FORMERS });
  return setting ? (JSON.parse(setting.value) as string[]) : [];
};

/** The configuration brings a new key: the stored one signs it, and goes on verifying what it signed. */
const succeed = async (
  unit: Unit,
  current: Row<'signing_keys'>,
  pair: KeyPair,
  { secrets, clock }: IdentityOptions
): Promise<Identity> => {
  const id = keyIdOf(pair.publicKey);
  const [known] = await unit.tables.find('signing_keys', { id, instance: current.instance });
  const row =
    known ??
    rowOf(introduceKey(pair, clock.now(), { instance: current.instance, pair: storedPair(current, secrets) }), null);
  await unit.tables.insert('signing_keys', [row], 'ignore');
  await unit.tables.update('signing_keys', { id: current.id }, { retired_at: clock.now() });
  await unit.tables.update('settings', { name: CURRENT_KEY }, { value: id });
  // Linked sites have to learn the new key.
  await tellAll(unit);
  return identityOf(unit, row, pair);
};

/** A new key, endorsed by the one in use, which afterwards can only verify. Linked sites are to be told. */
export const changeKey = async (unit: Unit, options: IdentityOptions): Promise<Identity> => {
  const { tables } = unit;
  const { secrets, clock } = options;
  await tables.lock('settings', { name: CURRENT_KEY });
  const current = await currentKey(unit);
  if (!current) throw new NotPossible('NO_IDENTITY', 'This site has no key yet.');
  const chain = await chainTo(unit, JSON.parse(current.record) as KeyRecord);
  if (chain.length >= MOST_KEYS) {
    throw new NotPossible('TOO_MANY_KEYS', `A site can have ${MOST_KEYS} keys in its life, and this one has had them.`);
  }
  const pair = newStoredPair(secrets);
  const endorser = { instance: current.instance, pair: storedPair(current, secrets) };
  const row = rowOf(introduceKey(pair, clock.now(), endorser), secrets.encrypt(seedOf(pair)));
  await tables.insert('signing_keys', [row], 'fail');
  await tables.update('signing_keys', { id: current.id }, { retired_at: clock.now(), private_key: null });
  await tables.update('settings', { name: CURRENT_KEY }, { value: row.id });
  await tellAll(unit);
  return identityOf(unit, row, pair);
};

const storedPair = (row: Row<'signing_keys'>, secrets: Secrets): KeyPair => {
  if (row.private_key === null) {
    throw new NotPossible(
      'NO_PRIVATE_KEY',
      'This site’s private key came from the configuration and is missing there now. Set REPLICATION_PRIVATE_KEY to the key it had.'
    );
  }
  const missing = secrets.missing();
  if (missing) throw new NotPossible('NO_SECRET', missing);
  const seed = secrets.decrypt(row.private_key);
  if (seed === null) {
    throw new NotPossible(
      'WRONG_SECRET',
      'This site’s private key was stored under another encryption key. Set admin.secrets.encryptionKey (ENCRYPTION_KEY) back to the value it had.'
    );
  }
  return readPrivateKey(seed);
};

const rowOf = (record: KeyRecord, privateKey: string | null): Row<'signing_keys'> => ({
  id: record.key,
  instance: record.instance,
  public_key: record.public_key,
  private_key: privateKey,
  created_at: record.created,
  retired_at: null,
  revoked_at: null,
  record: JSON.stringify(record),
});

const identityOf = async (unit: Unit, row: Row<'signing_keys'>, pair: KeyPair): Promise<Identity> => ({
  instance: row.instance,
  formers: await formersOf(unit),
  key: row.id,
  publicKey: row.public_key,
  fingerprint: fingerprintOf(row.id),
  keys: await chainTo(unit, JSON.parse(row.record) as KeyRecord),
  sign: (bytes) => signBytes(pair, bytes),
});

/** This site's identity as it is now: whoever holds it sees a newer key as soon as there is one. */
export class LivingIdentity implements Identity {
  constructor(private current: Identity) {}

  become(newer: Identity): void {
    this.current = newer;
  }

  get instance() {
    return this.current.instance;
  }
  get formers() {
    return this.current.formers;
  }
  get key() {
    return this.current.key;
  }
  get publicKey() {
    return this.current.publicKey;
  }
  get fingerprint() {
    return this.current.fingerprint;
  }
  get keys() {
    return this.current.keys;
  }
  /** Signs with the key that was in use when this was read. */
  get sign() {
    return this.current.sign;
  }
}

const chainTo = async (unit: Unit, last: KeyRecord): Promise<KeyChain> => {
  const chain = [last];
  while (chain[0]!.endorsed_by) {
    const [before] = await unit.tables.find('signing_keys', { id: chain[0]!.endorsed_by });
    if (!before) throw new NotPossible('KEY_MISSING', 'An earlier key of this site is missing from its database.');
    chain.unshift(JSON.parse(before.record) as KeyRecord);
  }
  return chain;
};
