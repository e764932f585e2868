import { NotPossible } from '../errors';

/** The address of a site as links keep it: no credentials, no query, no slash at the end. */
export const readAddress = (text: string): string => {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw new NotPossible('BAD_URL', `“${text.slice(0, 200)}” is no address. It looks like https://site.example/api.`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new NotPossible('BAD_URL', 'The address of a site begins with https:// (or http://).');
  }
  if (url.username || url.password) {
    throw new NotPossible(
      'BAD_URL',
      'The address of a site has no user name and no password: addresses are shown and told. What a proxy asks for stands in REPLICATION_CREDENTIALS.'
    );
  }
  if (url.search || url.hash) throw new NotPossible('BAD_URL', 'The address of a site has no “?” and no “#”.');
  const address = url.origin + url.pathname.replace(/\/+$/, '');
  if (address.length > 1000) throw new NotPossible('BAD_URL', 'The address of a site has at most 1,000 characters.');
  return address;
};
