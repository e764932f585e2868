import type { Core } from '@strapi/types';
import type { Uid } from '../../replication/entity';
import { isNotifying } from './document-chain';

type Service = Record<string, ((...values: never[]) => unknown) | undefined>;

interface Entry {
  documentId?: unknown;
}

/**
 * i18n's middleware copies shared fields to an entry's other locales after each save, and has them translated where that
 * is switched on. In a notification it must not: the other locales were applied as they are. Its middleware cannot be
 * left out of the chain, so its two services are told.
 */
export const skipCopiesOfAppliedEntries = (strapi: Core.Strapi): void => {
  const i18n = strapi.plugin('i18n') as unknown as { service(name: string): Service } | undefined;
  if (!i18n) return;
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
