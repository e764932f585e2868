import { AsyncLocalStorage } from 'node:async_hooks';
import type { Uid } from '../../replication/entity';

/** An update that changes nothing but fields that are this site's own, for as long as it lasts. */
interface LocalChange {
  uid: Uid;
  fields: readonly string[];
}

const storage = new AsyncLocalStorage<LocalChange>();

export const whileChangingLocally = <T>(uid: Uid, fields: readonly string[], work: () => T): T =>
  storage.run({ uid, fields }, work);

/** The fields that are this site's own, where the current update changes nothing else of this type; else null. */
export const onlyChanging = (uid: Uid): readonly string[] | null => {
  const change = storage.getStore();
  return change?.uid === uid ? change.fields : null;
};
