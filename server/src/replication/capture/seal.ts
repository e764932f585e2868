import type { Context } from '../context';
import { canonical } from '../history/canonical';
import { hasRows, type EntryContent } from '../history/content';
import { PEOPLE, sealPart, sealRevision, type Author, type Part, type Revision } from '../history/revision';
import type { EntityRef } from '../entity';
import type { Row } from '../tables';

/** The revision that follows `parent`: a delete where no row is left. */
export const sealNext = (
  context: Context,
  entity: EntityRef,
  parent: Revision | undefined,
  content: EntryContent,
  marks: readonly Row<'marks'>[]
): Revision => {
  const deleted = !hasRows(content);
  const people = peoplePart(marks, context);
  const parts = deleted ? [] : carryParts(content, parent, context);
  return sealRevision(
    {
      entity,
      parents: parent ? [parent.id] : [],
      at: new Date(context.clock.now()).toISOString(),
      kind: deleted ? 'delete' : 'edit',
    },
    people ? [...parts, people] : parts,
    context.signer
  );
};

/** Unchanged parts keep salt and commitment, so that a part withheld from somebody can be carried into a child. */
const carryParts = (content: EntryContent, parent: Revision | undefined, context: Context): Part[] =>
  [...content].map(([name, value]) => {
    const before = parent?.parts.find((part) => part.name === name);
    return before && before.content === canonical(value) ? before : sealPart(name, value, context.chance.bytes(16));
  });

const peoplePart = (marks: readonly Row<'marks'>[], context: Context): Part | null => {
  const authors = new Map<string, Author>();
  for (const { actor } of marks) {
    if (!actor) continue;
    const { id, name } = JSON.parse(actor) as { id: string; name: string };
    authors.set(id, { instance: context.signer.instance, user: id, name });
  }
  return authors.size === 0 ? null : sealPart(PEOPLE, { authors: [...authors.values()] }, context.chance.bytes(16));
};
