import type { LinkView, Overview, RuleInput } from '../../server/src/contracts';
import type { Instance } from './instance';
import { eventually } from './wait';

/** What one site calls its link to the other, seen from both ends. */
export interface Linked {
  /** On `first`, the link to `second`. */
  first: string;
  /** On `second`, the link to `first`. */
  second: string;
}

export const overview = async (site: Instance): Promise<Overview> =>
  (await (await site.admin()).get('/replication/overview')).data;

const registered = (site: Instance, other: string): Promise<LinkView> =>
  eventually(
    async () => (await overview(site)).links.find((link) => link.id === other && link.state === 'REGISTERED'),
    { what: `${site.name} to be linked` }
  ) as Promise<LinkView>;

/** Links two sites as two administrators would: a code from one, pasted into the other, accepted by the first. */
export const linkSites = async (first: Instance, second: Instance): Promise<Linked> => {
  const [firstAdmin, secondAdmin] = await Promise.all([first.admin(), second.admin()]);
  const { data: issued } = await firstAdmin.post('/replication/links/codes', {});
  const { data: link } = await secondAdmin.post('/replication/links/redeem', { code: issued.code });
  const own = (await overview(second)).site;
  if (!own) throw new Error(`${second.name} has no identity. Its log:\n${second.logs().slice(-3000)}`);
  await eventually(async () => (await overview(first)).links.some(({ id }) => id === own.id), {
    what: `${first.name} to hear of the answer to its code`,
  });
  await firstAdmin.post(`/replication/links/${own.id}/accept`, {});
  await Promise.all([registered(first, own.id), registered(second, link.id)]);
  return { first: own.id, second: link.id };
};

export const share = async (site: Instance, link: string, rules: RuleInput[]): Promise<void> => {
  await (await site.admin()).put(`/replication/links/${link}/rules`, { rules });
};

/** Waits until no site has anything left to record or to deliver, twice in a row: an answer may cause another send. */
export const quiet = async (sites: Instance[], within = 60_000): Promise<void> => {
  let calm = 0;
  await eventually(
    async () => {
      const views = await Promise.all(sites.map(overview));
      const busy = views.some(
        ({ unrecorded, links }) => unrecorded > 0 || links.some(({ counts }) => counts.queued > 0)
      );
      calm = busy ? 0 : calm + 1;
      return calm >= 2;
    },
    { within, what: 'all sites to be at rest' }
  );
};
