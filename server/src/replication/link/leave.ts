import type { LeaveRequest } from '../engine';
import { NotPossible, ReplicationError } from '../errors';
import type { Clock, Store, Unit } from '../ports';
import { PRIMARY_KEYS, type LinkState, type Row, type TableName } from '../tables';
import type { Exchange } from './exchange';
import { moveLink, setUntold, untoldOf } from './rows';
import { isOver } from './state';

/*
 * A site leaves: every link ends and is told so, then all that the plugin keeps is removed. Content stays as it is. What
 * is left is a site as it was right after the plugin was installed, so its next composition makes a new identity.
 */

/** While this setting holds a later time, nothing is recorded, sent or taken in by any process of this site. */
export const LEAVING = 'leaving';

/** Longer than removing takes. After a crash in between the site goes on so much later, unlinked, or is told to leave again. */
const LEAVING_MS = 15 * 60_000;

export interface ClearOutOptions {
  store: Store;
  clock: Clock;
  /** Waits until this process has acted upon what was committed. */
  takenUp(): Promise<void>;
  /** Waits until other processes on this database have done so. */
  othersRest(): Promise<void>;
}

export interface LeaveOptions extends ClearOutOptions {
  site: { name: string };
  exchange: Pick<Exchange, 'exchange'>;
  /** Told after commit when the state of a link has changed. */
  onChange?(link: string, state: LinkState): void;
}

export const leave = async (options: LeaveOptions, { name, evenIfUntold }: LeaveRequest): Promise<void> => {
  const { store, clock, site, exchange } = options;
  requireName(site, name);
  const ended = await store.transaction((unit) => endLinks(unit, clock.now()));
  for (const { id, state } of ended) options.onChange?.(id, state);
  // Afterwards there is no key left to sign it with: what is not told now, somebody has to find out there.
  const untold = await tellEach(store, exchange);
  if (untold.length > 0 && !evenIfUntold) throw notTold(untold);
  await clearOut(options);
};

export const requireName = (site: { name: string }, name: string): void => {
  if (name.trim() === site.name.trim()) return;
  throw new NotPossible(
    'NAME_DIFFERS',
    `This site is called “${site.name}”. Nothing was done: type that name to leave.`
  );
};

/** Those that are over now and were not before. */
const endLinks = async (unit: Unit, now: number): Promise<Row<'links'>[]> => {
  const links = await unit.tables.find('links', {});
  if (links.some(({ locked }) => locked === 1)) {
    throw new NotPossible(
      'LINK_LOCKED',
      'Links of this site come from the configuration (REPLICATION_LINKS), which would make them again. Remove them there, restart Strapi, and leave then.'
    );
  }
  const standing = links.filter(({ state }) => !isOver(state));
  for (const { id } of standing) {
    await moveLink(unit, id, 'UNLINKED', now);
    await setUntold(unit, id, true);
  }
  return standing.map((row) => ({ ...row, state: 'UNLINKED' }));
};

interface Untold {
  name: string;
  why: string;
}

/** Tells all that do not know yet, those of an earlier attempt too; a slow one keeps no other waiting. */
const tellEach = async (store: Store, { exchange }: LeaveOptions['exchange']): Promise<Untold[]> => {
  const rows = await store.transaction(async (unit) => {
    const links = await unit.tables.find('links', {}, { orderBy: 'created_at' });
    const untold = await untoldOf(unit, links);
    return links.filter(({ id }) => untold.has(id));
  });
  const told = rows.map(async (row): Promise<Untold[]> => {
    try {
      await exchange(row);
      return [];
    } catch (error) {
      if (!(error instanceof ReplicationError)) throw error;
      return [{ name: row.name, why: error.message }];
    }
  });
  return (await Promise.all(told)).flat();
};

const notTold = (untold: readonly Untold[]): NotPossible => {
  const names = untold.map(({ name }) => `“${name}”`).join(', ');
  return new NotPossible(
    'SITES_NOT_TOLD',
    `All sites are unlinked here, and no data was removed yet, because ${names} could not be told: ${untold[0]!.why} Try again once it answers, or leave all the same; then somebody has to unlink this site there.`,
    { sites: untold.map(({ name }) => name) }
  );
};

/**
 * Removes all that the plugin keeps, in one transaction. Before it every process of the site goes to sleep, so that none
 * writes down afterwards what belongs to the identity that is gone.
 */
export const clearOut = async (options: ClearOutOptions): Promise<void> => {
  const { store, clock, takenUp, othersRest } = options;
  const mark = String(clock.now() + LEAVING_MS);
  await store.transaction(({ tables }) => tables.insert('settings', [{ name: LEAVING, value: mark }], 'replace'));
  try {
    await takenUp();
    await othersRest();
    await store.transaction((unit) => removeAll(unit, mark));
  } catch (error) {
    // The site goes on, unlinked, and can be told to leave again.
    await store.transaction(({ tables }) => tables.remove('settings', { name: LEAVING, value: mark }));
    throw error;
  } finally {
    await takenUp();
  }
};

const removeAll = async ({ tables }: Unit, mark: string): Promise<void> => {
  await tables.lock('settings', { name: LEAVING });
  const [setting] = await tables.find('settings', { name: LEAVING });
  // Who comes second must not remove what the site has begun anew.
  if (setting?.value !== mark) {
    throw new NotPossible('LEFT_MEANWHILE', 'Somebody else has told this site to leave at the same time. Look again.');
  }
  for (const table of Object.keys(PRIMARY_KEYS) as TableName[]) await tables.remove(table, {});
};

export const isLeaving = (value: string | undefined, now: number): boolean => Number(value ?? 0) > now;

/** Whether data are being removed at this moment, or were when a process died. */
export const leavingNow = async ({ tables }: Pick<Unit, 'tables'>, now: number): Promise<boolean> => {
  const [setting] = await tables.find('settings', { name: LEAVING });
  return isLeaving(setting?.value, now);
};

export const leavingProblem = (): NotPossible =>
  new NotPossible(
    'LEAVING',
    'This site is being disconnected and its replication data are being removed. Should this still be said in a minute, choose “Disconnect and remove data” again.'
  );
