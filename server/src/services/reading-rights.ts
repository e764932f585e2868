import { FILE_UID } from '../replication/entity';

/** What the caller's roles, or its admin token, allow. */
export interface Ability {
  can(action: string, subject?: string): boolean;
}

/** Whoever may not read a type learns neither the titles nor the status of its entries. */
export const mayRead = (ability: Ability | undefined, uid: string): boolean =>
  ability !== undefined &&
  (uid === FILE_UID ? ability.can('plugin::upload.read') : ability.can('plugin::content-manager.explorer.read', uid));
