import type { Reference, Status } from './entity';
import type { Identity } from './identity';
import type { Content, Schemas } from './ports';

interface RowKey {
  locale: string;
  status: Status;
}

/** Which of the entries that references point to have rows here: a reference without one has no place yet. */
export class Presence {
  private readonly rows = new Map<string, RowKey[]>();

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
        presence.rows.set(`${uid}/${ids.get(local)!}`, rows);
      }
    }
    return presence;
  }

  /**
   * Strapi links a draft to its target's draft, a published row to its target's published row, and a row of a locale
   * to its target's row of that locale. Where the target has no such row, the link cannot be written.
   */
  canPlace(reference: Reference, source: { localized: boolean; drafts: boolean }, row: RowKey): boolean {
    const target = this.schemas.type(reference.uid);
    const rows = this.rows.get(`${reference.uid}/${reference.id}`);
    if (!target || !rows) return false;
    const locale = source.localized ? row.locale : reference.locale;
    return rows.some(
      (there) =>
        (!target.drafts || !source.drafts || there.status === row.status) &&
        (!target.localized || locale === undefined || there.locale === locale)
    );
  }
}
