import type { Core } from '@strapi/types';
import type { Uid } from '../../replication/entity';
import { onlyChanging } from '../capture/local-change';
import { isNotifying } from './document-chain';

type Service = Record<string, ((...values: never[]) => unknown) | undefined>;

interface Entry {
  documentId?: unknown;
}

interface Model {
  uid: Uid;
  attributes: { [name: string]: { type: string } | undefined };
}

/**
 * i18n's middleware copies shared fields to an entry's other locales after each save, and has them translated where that
 * is switched on. In a notification it must not: the other locales were applied as they are. Its middleware cannot be
 * left out of the chain, so its two services are told.
 */
export const skipCopiesOfAppliedEntries = (strapi: Core.Strapi): void => {
  const i18n = strapi.plugin('i18n') as unknown as { service(name: string): Service } | undefined;
  if (!i18n) return;
  copyWhatChanged(i18n.service('localizations'));
  skip(i18n.service('localizations'), 'syncNonLocalizedAttributes', (...[entry, model]) =>
    isNotifying((model as unknown as { uid: Uid }).uid, (entry as Entry | null)?.documentId)
  );
  skip(i18n.service('ai-localizations'), 'generateDocumentLocalizations', (...[options]) => {
    const { model, document } = options as unknown as { model: Uid; document: Entry | null };
    return isNotifying(model, document?.documentId);
  });
};

const skip = (service: Service | undefined, name: string, applies: (...values: never[]) => boolean): void => {
  const original = service?.[name];
  if (!service || !original) return;
  service[name] = (...values: never[]) =>
    applies(...values) ? Promise.resolve() : (original.call(service, ...values) as unknown);
};

/** How i18n finds the other locales of an entry. */
const OF_ENTRY = ['id', 'documentId', 'locale', 'publishedAt'];

/**
 * It copies all that is shared, and makes the other locales' components anew before it writes their rows. Where only what
 * is this site's own is changed, in an entry that may be edited elsewhere, nothing else of it is touched.
 */
const copyWhatChanged = (service: Service | undefined): void => {
  const original = service?.syncNonLocalizedAttributes as
    ((entry: { [name: string]: unknown }, model: Model) => unknown) | undefined;
  if (!service || !original) return;
  service.syncNonLocalizedAttributes = (...values: never[]) => {
    const [entry, model] = values as unknown as [{ [name: string]: unknown }, Model];
    const own = onlyChanging(model.uid);
    if (own === null) return original.call(service, entry, model);
    const isPlain = (name: string) => !['component', 'dynamiczone'].includes(model.attributes[name]?.type ?? '');
    const copied = [...OF_ENTRY, ...own.filter(isPlain)].filter((name) => name in entry);
    return original.call(service, Object.fromEntries(copied.map((name) => [name, entry[name]])), model);
  };
};
