import type { Tables } from '../ports';
import type { BrakeCode, Row } from '../tables';

/** A brake on the whole site has ''. */
export const brakeId = (code: BrakeCode, subject: string): string => `${code} ${subject}`;

/** What of an entry's revisions within this time counts, and how many are one too many. */
export const OFTEN = { revisions: 20, within: 60_000 };
/** Deletions of one type within this time: more than so many, and more than this share of it, are not sent unasked. */
export const MANY = { entries: 20, share: 0.1, within: 600_000 };

/** Sets a brake, unless it stands already; whether it was set. */
export const setBrake = async (
  tables: Tables,
  code: BrakeCode,
  subject: string,
  told: { [name: string]: string | number },
  now: number
): Promise<boolean> => {
  const id = brakeId(code, subject);
  const [before] = await tables.find('brakes', { id });
  if (before && before.lifted_at === null) return false;
  const brake = { id, code, subject, told: JSON.stringify(told), set_at: now, lifted_at: null, lifted_by: null };
  await tables.insert('brakes', [brake], 'replace');
  return true;
};

/** Lifts a brake: what was stopped is sent in its turn, unless another brake stands on it. */
export const liftBrake = async (tables: Tables, id: string, by: string | null, now: number): Promise<void> => {
  await tables.update('brakes', { id, lifted_at: null }, { lifted_at: now, lifted_by: by });
  await tables.update('replicas', { state: 'stopped' }, { state: 'queued', retry_at: 0 });
};

export const standingBrakes = (tables: Tables): Promise<Row<'brakes'>[]> => tables.find('brakes', { lifted_at: null });

/** From when on something counts: not what a person has let pass before. */
export const countedSince = (brake: Row<'brakes'> | undefined, now: number, within: number): number =>
  Math.max(now - within, brake?.lifted_at ?? 0);
