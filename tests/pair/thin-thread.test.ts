import { eventually } from '../support/wait';
import { startInstance, type Instance } from '../support/instance';
import { linkSites, share } from '../support/link';

describe('an entry saved on one site', () => {
  let staging: Instance;
  let live: Instance;

  beforeAll(async () => {
    [staging, live] = await Promise.all([startInstance({ name: 'staging' }), startInstance({ name: 'live' })]);
    const { first } = { first: (await linkSites(live, staging)).second };
    await share(staging, first, [
      { scope: 'type', uid: 'api::category.category', level: 'EVERYTHING', direction: 'SEND_ONLY' },
    ] as never);
  });

  it('appears on the other', async () => {
    const { documentId } = await staging.run<{ documentId: string }>(
      "return strapi.documents('api::category.category').create({ data: { name: 'News', slug: 'news' } })"
    );
    const seen = await eventually(
      () =>
        live.run<{ name: string } | null>(
          "return strapi.documents('api::category.category').findOne({ documentId: args })",
          documentId
        ),
      { what: 'the category to be on live' }
    );
    expect(seen).toMatchObject({ name: 'News', slug: 'news' });
  });
});
