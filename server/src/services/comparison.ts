import type { Core } from '@strapi/types';
import { COMPARE_LIMIT, type CompareView } from '../contracts';
import type { Engine } from '../replication/engine';
import { localIdsOf, nameEntries } from './entry-names';
import type { Ability } from './reading-rights';

/** Compares with a link and names what differs. */
export const readComparison = async (
  strapi: Core.Strapi,
  engine: Engine,
  ability: Ability | undefined,
  link: string,
  repair: boolean
): Promise<CompareView> => {
  const { at, equal, different, bytes } = await engine.compare(link, repair);
  const shown = different.slice(0, COMPARE_LIMIT);
  const localIds = await engine.store.transaction(({ tables }) =>
    localIdsOf(
      tables,
      shown.map(({ entity }) => entity)
    )
  );
  const names = await nameEntries(strapi, ability, localIds);
  return {
    link,
    at,
    equal,
    differentCount: different.length,
    different: shown.map(({ entity, here, there }) => ({ ...names(entity), here, there })),
    bytes,
    repaired: repair,
  };
};
