import type { EntityKey } from '../entity';
import type { Tables } from '../ports';
import type { Row } from '../tables';

/**
 * Entries of which a person said that what changed unseen is not to count: what their rows hold is kept here and never
 * sent, and their head is rendered again. Only a sweep's marks ask for it, so no save pays for this.
 */
export const answeredPutBack = async (
  tables: Tables,
  touched: readonly { entity: EntityKey; marks: readonly Row<'marks'>[] }[]
): Promise<ReadonlySet<EntityKey>> => {
  const entity = touched
    .filter(({ marks }) => marks.some(({ action }) => action === 'baseline'))
    .map((one) => one.entity);
  if (entity.length === 0) return new Set();
  const where = { entity, kind: 'changed', answer: 'put-back' };
  const answered = (await tables.find('findings', where)).map((row) => row.entity);
  await tables.remove('findings', { ...where, entity: answered });
  return new Set(answered);
};
