import { whileChangingLocally } from '../../../server/src/strapi/capture/local-change';
import { skipCopiesOfAppliedEntries } from '../../../server/src/strapi/notify/i18n-copies';

const PAGE = 'api::page.page';

describe('what i18n copies to an entry’s other locales', () => {
  const attributes = { views: { type: 'integer' }, title: { type: 'string' }, seo: { type: 'component' } };
  const entry = { id: 1, documentId: 'a', locale: 'en', publishedAt: null, views: 7, title: 'x', seo: { id: 3 } };
  const copied: unknown[] = [];
  const services: Record<string, any> = {
    localizations: { syncNonLocalizedAttributes: async (one: unknown) => void copied.push(one) },
    'ai-localizations': {},
  };
  skipCopiesOfAppliedEntries({ plugin: () => ({ service: (name: string) => services[name] }) } as never);
  const copy = (uid = PAGE) => services.localizations.syncNonLocalizedAttributes(entry, { uid, attributes });

  beforeEach(() => copied.splice(0));

  it('is all that they share', async () => {
    await copy();
    expect(copied).toEqual([entry]);
  });

  it('is nothing but what was changed where that is this site’s own, and no components', async () => {
    await whileChangingLocally(PAGE, ['views', 'seo', 'gone'], () => copy());
    expect(copied).toEqual([{ id: 1, documentId: 'a', locale: 'en', publishedAt: null, views: 7 }]);
  });

  it('is all of an entry of another type that a hook saves meanwhile', async () => {
    await whileChangingLocally('api::other.other', ['views'], () => copy());
    expect(copied).toEqual([entry]);
  });
});
