import { NO_LOCALE, isSameRow, type RowState, type RowWrite, type TypeSchema } from '../entity';
import type { HappeningAction } from '../tables';

/** What an editor would have had to do in one locale; `locale` is null where all of them went at once. */
export interface Happening {
  action: HappeningAction;
  locale: string | null;
}

/**
 * What happened to an entry, in the order in which Strapi would tell it. Times alone are no news, but for the time of
 * publication: an editor published again.
 */
export const whatHappened = (
  schema: Pick<TypeSchema, 'drafts'>,
  before: readonly Pick<RowState, 'locale' | 'status' | 'dates'>[],
  writes: readonly RowWrite[]
): Happening[] => {
  const locales = [...new Set(writes.map(({ locale }) => locale))];
  const left = (locale: string) =>
    before.some(
      (row) => row.locale === locale && !writes.some((write) => write.kind === 'remove' && isSameRow(write, row))
    ) || writes.some((write) => write.kind === 'create' && write.locale === locale);
  const gone = locales.filter((locale) => !left(locale));
  if (gone.length > 0 && before.every(({ locale }) => gone.includes(locale)) && gone.length === locales.length) {
    return [{ action: 'delete', locale: gone.length === 1 ? gone[0]! : null }];
  }
  const happened: Happening[] = gone.map((locale) => ({ action: 'delete', locale }));
  let known = before.length > 0;
  for (const locale of locales) {
    if (gone.includes(locale)) continue;
    for (const write of writes.filter((one) => one.locale === locale)) {
      const action = actionOf(schema, before, write, known);
      if (action === null) continue;
      if (action === 'create') known = true;
      happened.push({ action, locale });
    }
  }
  return happened;
};

const actionOf = (
  schema: Pick<TypeSchema, 'drafts'>,
  before: readonly Pick<RowState, 'locale' | 'status' | 'dates'>[],
  write: RowWrite,
  known: boolean
): HappeningAction | null => {
  const published = schema.drafts && write.status === 'published';
  if (write.kind === 'remove') return published ? 'unpublish' : null;
  if (write.kind === 'create') return published ? 'publish' : known ? 'add' : 'create';
  const changed = Object.keys(write.fields).length > 0;
  if (!published) return changed ? 'update' : null;
  const since = before.find((row) => isSameRow(write, row))?.dates.publishedAt ?? null;
  return changed || since !== write.dates.publishedAt ? 'publish' : null;
};

/** The event by which Strapi tells of it. */
export const eventOf = (isFile: boolean, action: HappeningAction): string => {
  if (isFile) return action === 'delete' ? 'media.delete' : action === 'update' ? 'media.update' : 'media.create';
  return action === 'add' ? 'entry.create' : `entry.${action}`;
};

export const localeName = (locale: string): string | null => (locale === NO_LOCALE || locale === '' ? null : locale);
