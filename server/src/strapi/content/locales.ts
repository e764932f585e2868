import type { Core } from '@strapi/strapi';
import { NotPossible } from '../../replication/errors';

/** Makes a locale that content comes in and this site does not have yet, inside the current transaction. */
export const ensureLocale = async (strapi: Core.Strapi, code: string): Promise<void> => {
  const locales = strapi.plugin('i18n').service('locales');
  if (await locales.findByCode(code)) return;
  const known: { code: string; name: string }[] = strapi.plugin('i18n').service('iso-locales').getIsoLocales();
  // Others must not fill this site with languages of their invention.
  const name = known.find((locale) => locale.code === code)?.name;
  if (name === undefined) {
    throw new NotPossible(
      'LOCALE_UNKNOWN',
      `This site has no language “${code}”. Add it under Settings, Internationalization.`
    );
  }
  await locales.create({ code, name });
};
