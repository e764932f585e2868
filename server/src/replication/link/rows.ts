import { forgetDefaultMode } from '../controller/dependencies';
import { forgetRuleLinks } from '../controller/rule-links';
import { NotPossible } from '../errors';
import type { Unit } from '../ports';
import type { LinkState, Row } from '../tables';
import type { Party } from './handshake';
import { currentKey, learnKeys } from './key-record';
import { followLink } from './follow-link';
import { fingerprintOf } from './keys';
import { isOver } from './state';

/** The rows of `links`, and what hangs on them. */

export const ALL_TYPES = JSON.stringify(['*']);

export const findLink = async ({ tables }: Unit, id: string): Promise<Row<'links'> | null> => {
  const [row] = await tables.find('links', { id });
  return row ?? null;
};

export const requireLink = async (unit: Unit, id: string): Promise<Row<'links'>> => {
  const row = await findLink(unit, id);
  if (!row) throw new NotPossible('LINK_UNKNOWN', 'This site is not linked.');
  return row;
};

export const requireUnlocked = (row: Row<'links'>): void => {
  if (row.locked) {
    throw new NotPossible(
      'LINK_LOCKED',
      'This link comes from the configuration (REPLICATION_LINKS). Change it there.'
    );
  }
};

/** Stores a link that somebody asked for, in place of one with the same instance. */
export const startLink = async (unit: Unit, party: Party, state: LinkState, now: number): Promise<Row<'links'>> => {
  const key = currentKey(await learnKeys(unit, party.keys, true));
  const earlier = await findLink(unit, key.instance);
  if (earlier && isOver(earlier.state)) await dropShared(unit, earlier.id);
  const row: Row<'links'> = {
    id: key.instance,
    name: earlier?.name || party.name || new URL(party.url).host,
    url: party.url,
    state,
    fingerprint: fingerprintOf(key.key),
    granted: ALL_TYPES,
    paused: 0,
    locked: 0,
    failures: 0,
    retry_at: 0,
    last_contact_at: now,
    last_error: null,
    // It has called us; whether it can be called is seen as soon as there is something to say.
    fetching: state === 'REQUESTING' ? 'DOUBTED' : null,
    created_at: now,
  };
  await unit.tables.insert('links', [row], 'replace');
  await setUntold(unit, row.id, false);
  await followLink(unit, row.id, now);
  return row;
};

/**
 * Accepts a link that was asked for. Where there was one that the other side has ended, which we had not heard, that is over
 * now: what it shared was another agreement.
 */
export const acceptLink = async (unit: Unit, id: string, now: number): Promise<void> => {
  await moveLink(unit, id, 'UNLINKED', now);
  await moveLink(unit, id, 'REGISTERED', now);
};

/** How a link stands from now on. */
export const moveLink = async (unit: Unit, id: string, state: LinkState, now: number): Promise<void> => {
  const ended = isOver(state) ? { failures: 0, retry_at: 0 } : {};
  await unit.tables.update('links', { id }, { state, last_error: null, ...ended });
  await followLink(unit, id, now);
  if (isOver(state)) await dropShared(unit, id);
};

/**
 * No rule sends anything there any more, should the two be linked again. Content stays. Also to be called when they are: a
 * recorder may have written by the old rules while the link ended.
 */
export const dropShared = async ({ tables }: Unit, id: string): Promise<void> => {
  await tables.remove('rules', { link: id, locked: 0 });
  await tables.remove('replicas', { link: id });
  await tables.remove('link_blobs', { link: id });
  await forgetDefaultMode(tables, [id]);
};

const untoldName = (id: string): string => `link.untold:${id}`;

/** Those links whose other side is still to be told of our state. */
export const untoldOf = async ({ tables }: Unit, links: readonly { id: string }[]): Promise<Set<string>> => {
  const settings = await tables.find('settings', { name: links.map(({ id }) => untoldName(id)) });
  const names = new Set(settings.map(({ name }) => name));
  return new Set(links.map(({ id }) => id).filter((id) => names.has(untoldName(id))));
};

export const setUntold = async ({ tables }: Unit, id: string, untold: boolean): Promise<void> => {
  if (untold) await tables.insert('settings', [{ name: untoldName(id), value: '1' }], 'replace');
  else await tables.remove('settings', { name: untoldName(id) });
};

/** Every link that stands is to be told of what changed here: a newer key, another address. */
export const tellAll = async (unit: Unit): Promise<void> => {
  for (const { id } of await unit.tables.find('links', { state: 'REGISTERED' })) await setUntold(unit, id, true);
};

/** As if no link had ever been made. What was shared is free again for whoever edits here. */
export const dropLinks = async (unit: Unit): Promise<void> => {
  const { tables } = unit;
  const ids = (await tables.find('links', {})).map(({ id }) => id);
  for (const id of ids) await setUntold(unit, id, false);
  await forgetDefaultMode(tables, ids);
  await forgetRuleLinks(tables);
  for (const table of ['links', 'rules', 'replicas', 'link_blobs', 'link_usage', 'invitations', 'nonces'] as const) {
    await tables.remove(table, {});
  }
};
