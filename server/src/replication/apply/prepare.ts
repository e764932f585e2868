import type { Context } from '../context';
import { entityOf, keyOf, type EntityKey, type Fields, type Reference, type TypeSchema } from '../entity';
import { NotPossible } from '../errors';
import { contentOf } from '../history/repository';
import { PEOPLE, isPublishedPart, type Revision } from '../history/revision';
import { mapReferences, type Identity } from '../identity';
import type { Presence } from '../presence';
import type { Row } from '../tables';
import { kindDiffers, typeUnknown, type Hold } from './hold';
import { render, type Rendered } from './render';

/** An entry whose rows shall show a revision. */
export interface ToShow {
  entry: Row<'entries'>;
  revision: Revision;
  shows: 'EVERYTHING' | 'PUBLISHED';
  /** The first version of an entry that was here before, and was matched: where it is equal, nothing is written. */
  isFirst?: boolean;
}

/** What its rows shall hold, references not placed yet. */
export interface Prepared extends ToShow {
  schema: TypeSchema;
  rendered: Rendered;
}

/** What an entry's rows shall hold, or why that cannot be said here. */
export const prepareOne = (context: Context, one: ToShow): Prepared | Hold => {
  const schema = context.schemas.type(one.entry.uid);
  if (!schema) return typeUnknown(one.entry.uid);
  if (schema.single !== (entityOf(one.entry.entity).id === one.entry.uid)) {
    return kindDiffers(one.entry.uid, schema.single);
  }
  try {
    const { revision } = one;
    // What one link has told so far only as far as it is published takes no draft away that another one shares.
    const shows = isWhole(revision) ? one.shows : 'PUBLISHED';
    const rendered = render(schema, context.schemas.components, revision.header, contentOf(revision), shows);
    return { ...one, schema, rendered };
  } catch (error) {
    if (error instanceof NotPossible)
      return { code: error.code, values: { type: one.entry.uid }, reason: error.message };
    throw error;
  }
};

const isWhole = ({ parts }: Revision): boolean =>
  parts.every(({ name, content }) => content !== null || name === PEOPLE || isPublishedPart(name));

/** Drops references that have no place here yet, and says what they wait for. */
export const placeReferences = (
  context: Context,
  identity: Identity,
  { schema, rendered }: Prepared,
  presence: Presence,
  locals: ReadonlyMap<EntityKey, string>
): { rows: Rendered['rows']; parked: EntityKey[] } => {
  const parked = new Set<EntityKey>();
  const rows = rendered.rows.map((row) => {
    const place = (reference: Reference): Reference | null => {
      const linked = presence.asLinked(reference, schema, row);
      if (linked === null) {
        parked.add(keyOf(reference));
        return null;
      }
      return { ...linked, id: locals.get(keyOf(reference)) ?? reference.id };
    };
    const fields: Fields = mapReferences(schema.attributes, context.schemas.components, row.fields, place, (text) =>
      identity.localText(text)
    );
    return { ...row, fields };
  });
  return { rows, parked: [...parked] };
};
