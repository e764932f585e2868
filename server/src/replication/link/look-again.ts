import type { Unit } from '../ports';
import type { Row } from '../tables';
import { CURRENT_KEY } from './identity';
import { REVOCATION } from './key-desk';
import { isLeaving, LEAVING } from './leave';
import { bindingFrom, PLACE, type Binding } from './place';

/** What another process of this site may have changed of what this one was built on. */
export interface Standing {
  /** The key in use: who this database says that it is. */
  key: Row<'signing_keys'> | null;
  binding: Binding | null;
  /** Changes when a key is revoked. */
  revocation: string;
  /** All that the plugin keeps is about to be removed. */
  leaving: boolean;
}

/** Looked at again and again, so in two statements. */
export const lookAgain = async ({ tables }: Unit, now: number): Promise<Standing> => {
  const rows = await tables.find('settings', { name: [CURRENT_KEY, PLACE, REVOCATION, LEAVING] });
  const settings = new Map(rows.map(({ name, value }) => [name, value]));
  const current = settings.get(CURRENT_KEY);
  const [key] = current === undefined ? [] : await tables.find('signing_keys', { id: current });
  return {
    key: key ?? null,
    binding: bindingFrom(settings.get(PLACE)),
    revocation: settings.get(REVOCATION) ?? '',
    leaving: isLeaving(settings.get(LEAVING), now),
  };
};
