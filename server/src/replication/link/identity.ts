import { NotPossible } from '../errors';
import type { Clock, Unit } from '../ports';
import type { Row } from '../tables';
import { introduceKey } from './key-record';
import type { KeyChain, KeyRecord } from './key-record';
import { setUntold } from './rows';
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
  /** Ed25519 over the bytes, in base64url. */
  sign(bytes: Buffer): string;
}

export interface Identity extends Signer {
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

const CURRENT = 'identity.key';

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

const currentKey = async ({ tables }: Unit): Promise<Row<'signing_keys'> | null> => {
  const [setting] = await tables.find('settings', { name: CURRENT });
  if (!setting) return null;
  const [row] = await tables.find('signing_keys', { id: setting.value });
  return row ?? null;
};

const begin = async (unit: Unit, configured: KeyPair | null, options: IdentityOptions): Promise<Identity> => {
  const missing = configured ? null : options.secrets.missing();
  if (missing) throw new NotPossible('NO_SECRET', missing);
  const pair = configured ?? newKeyPair();
  const row = rowOf(introduceKey(pair, options.clock.now()), configured ? null : options.secrets.encrypt(seedOf(pair)));
  // Two processes of one site may start at once: the first to write this setting is the identity of both.
  await unit.tables.insert('settings', [{ name: CURRENT, value: row.id }], 'ignore');
  const [winner] = await unit.tables.find('settings', { name: CURRENT });
  if (winner?.value === row.id) {
    await unit.tables.insert('signing_keys', [row], 'ignore');
    return identityOf(unit, row, pair);
  }
  const theirs = await currentKey(unit);
  if (!theirs) throw new NotPossible('IDENTITY_RACE', 'Another process is making this site’s identity. Start again.');
  return identityOf(unit, theirs, configured ?? storedPair(theirs, options.secrets));
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
  await unit.tables.update('settings', { name: CURRENT }, { value: id });
  // Linked sites have to learn the new key.
  for (const link of await unit.tables.find('links', { state: 'REGISTERED' })) await setUntold(unit, link.id, true);
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
  record: JSON.stringify(record),
});

const identityOf = async (unit: Unit, row: Row<'signing_keys'>, pair: KeyPair): Promise<Identity> => ({
  instance: row.instance,
  key: row.id,
  publicKey: row.public_key,
  fingerprint: fingerprintOf(row.id),
  keys: await chainTo(unit, JSON.parse(row.record) as KeyRecord),
  sign: (bytes) => signBytes(pair, bytes),
});

const chainTo = async (unit: Unit, last: KeyRecord): Promise<KeyChain> => {
  const chain = [last];
  while (chain[0]!.endorsed_by) {
    const [before] = await unit.tables.find('signing_keys', { id: chain[0]!.endorsed_by });
    if (!before) throw new NotPossible('KEY_MISSING', 'An earlier key of this site is missing from its database.');
    chain.unshift(JSON.parse(before.record) as KeyRecord);
  }
  return chain;
};
