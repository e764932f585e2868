import { FILE_UID } from '../replication/entity';

/** What the caller's roles, or its admin token, allow: CASL's ability, as far as it is asked here. */
export interface Ability {
  can(action: string, subject?: string): boolean;
  rulesFor(action: string, subject?: string): readonly Rule[];
}

/** `conditions` narrow it to some entries, `fields` to some fields; without them it is about all. */
interface Rule {
  inverted?: boolean;
  conditions?: unknown;
  fields?: readonly string[];
}

const reading = (uid: string): [action: string, subject?: string] =>
  uid === FILE_UID ? ['plugin::upload.read'] : ['plugin::content-manager.explorer.read', uid];

/** Whoever may read none of a type's entries does not learn how they stand. */
export const mayRead = (ability: Ability | undefined, uid: string): boolean =>
  ability !== undefined && ability.can(...reading(uid));

/**
 * Whether a field of all entries of a type may be read. A role that may only read some (its own, or those of a locale) is
 * told of none what they hold: which ones it may read is known to Strapi's queries alone.
 */
export const mayReadField = (ability: Ability | undefined, uid: string, field: string): boolean =>
  ability !== undefined &&
  ability
    .rulesFor(...reading(uid))
    .some(
      ({ inverted, conditions, fields }) =>
        inverted !== true && !conditions && (fields === undefined || fields.includes(field))
    );
