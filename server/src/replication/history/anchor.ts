import type { Tables } from '../ports';
import { isPublishedPart, localesOf, type Header, type Revision, type RevisionId } from './revision';

/**
 * The revision that stands for `revision` where only what is published may be seen: itself where it changed what is
 * published, else its parent's anchor. null: nothing of it was ever published, so not even a header may leave.
 */
export const anchorOf = (
  id: RevisionId,
  header: Header,
  parent: { header: Header; anchor: RevisionId | null } | null
): RevisionId | null => {
  const [first] = header.parents;
  if (header.parents.length !== 1 || first === undefined || !parent) {
    return hasPublished(header) || header.parents.length > 0 ? id : null;
  }
  if (parent.anchor === null) return hasPublished(header) ? id : null;
  return header.kind !== 'delete' && samePublished(header, parent.header) && keepsLocales(header, parent.header)
    ? parent.anchor
    : id;
};

/** Anchors of revisions about to be stored, in any order; parents may be among them or stored already. */
export const anchorsOf = async (
  tables: Tables,
  revisions: readonly Revision[]
): Promise<Map<RevisionId, RevisionId | null>> => {
  const known = new Map<RevisionId, { header: Header; anchor: RevisionId | null }>();
  const batch = new Map(revisions.map((revision) => [revision.id, revision]));
  const outside = new Set(revisions.flatMap(({ header }) => header.parents.filter((parent) => !batch.has(parent))));
  for (const row of await tables.find('revisions', { id: [...outside] })) {
    known.set(row.id, { header: JSON.parse(row.header) as Header, anchor: row.anchor });
  }
  const pending = [...revisions];
  while (pending.length > 0) {
    const revision = pending.pop()!;
    if (known.has(revision.id)) continue;
    const [parent] = revision.header.parents;
    const waiting = parent !== undefined && batch.has(parent) && !known.has(parent);
    if (waiting) {
      pending.push(revision, batch.get(parent)!);
      continue;
    }
    const anchor = anchorOf(revision.id, revision.header, parent === undefined ? null : (known.get(parent) ?? null));
    known.set(revision.id, { header: revision.header, anchor });
  }
  return new Map(revisions.map(({ id }) => [id, known.get(id)!.anchor]));
};

const published = (header: Header): [string, string][] =>
  Object.entries(header.parts).filter(([name]) => isPublishedPart(name));

const hasPublished = (header: Header): boolean => published(header).length > 0;

const samePublished = (a: Header, b: Header): boolean => {
  const parts = published(a);
  return parts.length === published(b).length && parts.every(([name, commitment]) => b.parts[name] === commitment);
};

const keepsLocales = (header: Header, parent: Header): boolean => {
  const locales = localesOf(header);
  return [...localesOf(parent)].every((locale) => locales.has(locale));
};
