import { unpack } from '../../server/src/replication/history/contents';
import type { Instance } from '../support/instance';

/** All that a site's histories hold, as text: versions set aside as well. */
export const history = async (site: Instance): Promise<string> => {
  const contents = await site.run<string[]>(async (strapi) => {
    const rows = await strapi.db.connection('replication_contents').select('bytes');
    return rows.map(({ bytes }: any) => Buffer.from(bytes).toString('base64'));
  });
  return contents.map((bytes) => unpack(Buffer.from(bytes, 'base64'))).join('\n');
};
