import { z } from 'zod';
import { NotPossible } from '../errors';
import type { Unit } from '../ports';
import type { Row } from '../tables';
import { readAddress } from './address';
import { followLink } from './follow-link';
import { instanceId } from './key-record';
import { fingerprintOf, instanceIdOf, keyIdOf, publicKeyOf } from './keys';
import { ALL_TYPES, dropShared, findLink, moveLink, setUntold } from './rows';
import { isOver } from './state';

/** A link that stands in the configuration of both sites, for set-ups without a person. */
export interface ConfiguredLink {
  url: string;
  /** The other site's public key, base64url of 32 bytes. Its first one, unless `id` names the instance. */
  publicKey: string;
  name?: string;
  id?: string;
}

const configuredLinks = z.array(
  z.strictObject({
    url: z.string().min(1),
    publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'is not 32 bytes in base64url'),
    name: z.string().min(1).max(200).optional(),
    id: instanceId.optional(),
  })
);

/** Reads `REPLICATION_LINKS`: JSON text, or the list itself from a configuration file. Throws `NotPossible` with what is wrong. */
export const readConfiguredLinks = (given: unknown): ConfiguredLink[] => {
  if (given === undefined || given === null || given === '') return [];
  const parsed = configuredLinks.safeParse(typeof given === 'string' ? parse(given) : given);
  if (!parsed.success) {
    throw new NotPossible('BAD_LINKS', `REPLICATION_LINKS can not be read: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data.map((link) => ({ ...link, url: readAddress(link.url) }));
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotPossible(
      'BAD_LINKS',
      'REPLICATION_LINKS is not JSON. It looks like [{"url": "https://…/api", "publicKey": "…"}].'
    );
  }
};

/** Brings the locked links in line with the configuration, at each start. Answers the ids of those that changed. */
export const applyConfiguredLinks = async (
  unit: Unit,
  configured: readonly ConfiguredLink[],
  me: { instance: string },
  now: number
): Promise<string[]> => {
  const changed: string[] = [];
  const kept = new Set<string>();
  for (const link of configured) {
    const id = link.id ?? instanceIdOf(link.publicKey);
    // A site may be given the same list as all others.
    if (id === me.instance) continue;
    kept.add(id);
    await pinKey(unit, id, link.publicKey, now);
    if (await putLink(unit, id, link, now)) changed.push(id);
  }
  for (const row of await unit.tables.find('links', { locked: 1 })) {
    if (kept.has(row.id)) continue;
    await moveLink(unit, row.id, 'UNLINKED', now);
    await unit.tables.update('links', { id: row.id }, { locked: 0 });
    await setUntold(unit, row.id, true);
    changed.push(row.id);
  }
  return changed;
};

const pinKey = async ({ tables }: Unit, instance: string, publicKey: string, now: number): Promise<void> => {
  publicKeyOf(publicKey);
  const id = keyIdOf(publicKey);
  const row: Row<'signing_keys'> = {
    id,
    instance,
    public_key: publicKey,
    private_key: null,
    created_at: now,
    retired_at: null,
    revoked_at: null,
    // Comes with the first exchange of states.
    record: '',
  };
  await tables.insert('signing_keys', [row], 'ignore');
};

const putLink = async (unit: Unit, id: string, link: ConfiguredLink, now: number): Promise<boolean> => {
  const row = await findLink(unit, id);
  const fixed = { url: link.url, state: 'REGISTERED' as const, locked: 1 };
  if (row) {
    await setUntold(unit, id, false);
    const patch = { ...fixed, name: link.name ?? row.name };
    if (isOver(row.state)) await dropShared(unit, id);
    await unit.tables.update('links', { id }, patch);
    if (row.state !== 'REGISTERED') await followLink(unit, id, now);
    return row.state !== 'REGISTERED' || row.url !== link.url;
  }
  const fresh: Row<'links'> = {
    id,
    ...fixed,
    name: link.name ?? new URL(link.url).host,
    fingerprint: fingerprintOf(keyIdOf(link.publicKey)),
    granted: ALL_TYPES,
    paused: 0,
    failures: 0,
    retry_at: 0,
    last_contact_at: null,
    last_error: null,
    fetching: null,
    created_at: now,
  };
  await unit.tables.insert('links', [fresh], 'fail');
  await followLink(unit, id, now);
  // So that both learn each other's key records at once.
  await setUntold(unit, id, true);
  return true;
};
