import { keyOf, type EntityKey } from '../entity';
import { loadRevisions } from '../history/repository';
import { PEOPLE, isPublishedPart, type Part, type Revision, type RevisionId } from '../history/revision';
import type { Tables } from '../ports';
import { isUpdate } from '../transport/message';
import type { Verified } from './verify';

export interface Opened {
  /** The message's revisions, with parts filled in that were known from elsewhere in the entry's history. */
  revisions: Revision[];
  /** Commitments of parts that this level opens and nobody has sent. */
  missing: string[];
  newlyOpened: (revision: Revision) => Part[];
}

/** What is here of the revisions that messages bring, name, or build upon, with the leaves that are here. */
export const storedNearby = (
  tables: Tables,
  batch: readonly Verified[],
  leaves: ReadonlyMap<EntityKey, readonly RevisionId[]>
): Promise<Map<RevisionId, Revision>> =>
  loadRevisions(tables, [...new Set(batch.flatMap((one) => nearby(one, leaves)))]);

const nearby = (
  { entity, message, revisions }: Verified,
  leaves: ReadonlyMap<EntityKey, readonly RevisionId[]>
): RevisionId[] =>
  isUpdate(message)
    ? [...(leaves.get(entity) ?? []), ...message.leaves, ...revisions.flatMap(({ header }) => header.parents)]
    : [];

/**
 * A part that did not change is never sent twice: it is taken from the message, a parent, or a leaf that is here.
 *
 * @param all from {@link storedNearby}, for a whole batch.
 */
export const openWith = (
  one: Verified,
  leaves: ReadonlyMap<EntityKey, readonly RevisionId[]>,
  all: ReadonlyMap<RevisionId, Revision>
): Opened => {
  const { message, revisions } = one;
  if (!isUpdate(message)) return { revisions: [], missing: [], newlyOpened: () => [] };
  const stored = new Map<RevisionId, Revision>();
  for (const id of nearby(one, leaves)) {
    const revision = all.get(id);
    // Another entry's content must not be had by naming its commitments.
    if (revision && keyOf(revision.header.entity) === one.entity) stored.set(id, revision);
  }
  const known = new Map<string, Part>();
  for (const { parts } of [...stored.values(), ...revisions]) {
    for (const part of parts) if (part.content !== null) known.set(part.commitment, part);
  }
  const fill = (part: Part): Part => {
    const from = part.content === null ? known.get(part.commitment) : undefined;
    return from ? { ...part, salt: from.salt, content: from.content } : part;
  };
  const filled = revisions.map((revision) => ({ ...revision, parts: revision.parts.map(fill) }));
  const byId = new Map(filled.map((revision) => [revision.id, revision]));
  const missing = message.leaves.flatMap((leaf) =>
    (byId.get(leaf) ?? stored.get(leaf))!.parts
      .map(fill)
      .filter(
        ({ name, content }) =>
          content === null && name !== PEOPLE && (message.level === 'EVERYTHING' || isPublishedPart(name))
      )
      .map(({ commitment }) => commitment)
  );
  const storedParts = (id: RevisionId) => stored.get(id)?.parts ?? [];
  return {
    revisions: filled,
    missing: [...new Set(missing)].slice(0, 1_000),
    newlyOpened: (revision) =>
      revision.parts.filter(
        (part) =>
          part.content !== null &&
          !storedParts(revision.id).some(({ name, content }) => name === part.name && content !== null)
      ),
  };
};
