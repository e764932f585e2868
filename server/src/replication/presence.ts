import { keyOf, type EntityKey, type Reference, type RowKey, type Status } from './entity';
import type { Identity } from './identity';
import type { Content, Schemas } from './ports';

/** What matters of the type that refers. */
interface Source {
  localized: boolean;
  drafts: boolean;
}

/** Which of the entries that references point to have rows here: a reference without one has no place yet. */
export class Presence {
  private readonly rows = new Map<EntityKey, RowKey[]>();

  private constructor(private readonly schemas: Schemas) {}

  /** Looks all targets up, one query for each type. References are canonical. */
  static async of(
    references: readonly Reference[],
    schemas: Schemas,
    content: Content,
    identity: Identity
  ): Promise<Presence> {
    const presence = new Presence(schemas);
    const byType = new Map<string, Map<string, string>>();
    for (const { uid, id } of references) {
      if (!schemas.type(uid)) continue;
      const local = await identity.local({ uid, id });
      if (local === null) continue;
      if (!byType.has(uid)) byType.set(uid, new Map());
      byType.get(uid)!.set(local, id);
    }
    for (const [uid, ids] of byType) {
      for (const [local, rows] of await content.presence(uid, [...ids.keys()])) {
        presence.rows.set(keyOf({ uid, id: ids.get(local)! }), rows);
      }
    }
    return presence;
  }

  /** What was looked up is not so any more: this entry's rows were written. */
  now(entity: EntityKey, rows: RowKey[]): void {
    this.rows.set(entity, rows);
  }

  /** Where the target has no row that this reference links, the link cannot be written. */
  canPlace(reference: Reference, source: Source, row: RowKey): boolean {
    return this.linked(reference, source, row).length > 0;
  }

  /** Whether the target is here at all, as far as the row could be linked to it: in another version, too, if one is named. */
  isHere({ status, ...reference }: Reference, source: Source, row: RowKey): boolean {
    const every = status === undefined ? source : { ...source, drafts: false };
    return this.canPlace(reference, every, row);
  }

  /** Whether a row without drafts that is linked to this version is linked to every version there is. */
  isOnlyVersion({ status, ...reference }: Reference, source: Source, row: RowKey): boolean {
    return this.linked(reference, source, row).every((version) => version === status);
  }

  /** The reference as it is read from a row that is linked as this says; null where the link cannot be written. */
  asLinked(reference: Reference, source: Source, row: RowKey): Reference | null {
    const { status: _named, ...entry } = reference;
    const versions = this.linked(reference, source, row);
    if (versions.length === 0) return null;
    const [version] = versions;
    if (versions.length > 1 || !this.schemas.type(reference.uid)?.drafts) return entry;
    return source.drafts && version === row.status ? entry : { ...entry, status: version! };
  }

  /**
   * Strapi links a draft to its target's draft, a published row to its target's published row, a row without drafts to
   * both, and a row of a locale to its target's row of that locale.
   */
  private linked({ uid, id, locale: named, status }: Reference, source: Source, row: RowKey): Status[] {
    const target = this.schemas.type(uid);
    const rows = this.rows.get(keyOf({ uid, id }));
    if (!target || !rows) return [];
    const locale = source.localized ? row.locale : named;
    const wanted = status ?? (target.drafts && source.drafts ? row.status : undefined);
    const linked = rows.filter(
      (there) =>
        (wanted === undefined || there.status === wanted) &&
        (!target.localized || locale === undefined || there.locale === locale)
    );
    return [...new Set(linked.map((there) => there.status))];
  }
}
