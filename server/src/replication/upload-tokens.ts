import type { Json } from './entity';

/**
 * Upload URLs inside text are a site's own; in canonical content they are tokens:
 *
 * - `media:<file id>` and `media:<file id>/<format>`: a URL as the site's uploads have it (`/uploads/…`, or a bucket's);
 * - `media://<file id>` and `media://<file id>/<format>`: an absolute URL that began with the site's own address;
 * - `media::`: the word `media:` as somebody typed it, so that every text comes back as it was.
 */
export interface UploadTarget {
  id: string;
  /** null: the file itself. */
  format: string | null;
}

/** Answers whose URL this is; null where it is no upload of this site. */
export type ResolveUrl = (url: string) => UploadTarget | null;
/** This site's URL of a file or one of its formats; null where the file is not here. */
export type UrlOf = (target: UploadTarget) => string | null;

const NAME = '[A-Za-z0-9_-]+';
const SAFE_NAME = new RegExp(`^${NAME}$`);
/** Characters that may continue a token: a URL directly followed by one of these stays as it is. */
const CONTINUES = /^[A-Za-z0-9_/-]/;
const TOKEN = new RegExp(`media:(?::|(//)?(${NAME})(?:/(${NAME}))?)`, 'g');
/**
 * What could be an upload's URL: an absolute one, or a path below /uploads (but not one behind
 * another host). Ends where quotes, brackets or spaces begin.
 */
const CANDIDATE = /media:|https?:\/\/[^\s"'<>()[\]{}\\^`|]+|(?<![\w.:-])\/uploads\/[^\s"'<>()[\]{}\\^`|]+/g;
/** Punctuation after a URL in running text belongs to the text. */
const TRAILING = '.,;:!?*&#';

/** By hand: a regular expression for this takes quadratic time on hostile text. */
const withoutEnding = (text: string, characters: string): string => {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1]!)) end -= 1;
  return text.slice(0, end);
};

const withoutSlash = (url: string): string => withoutEnding(url, '/');

/** What of a candidate may be the URL, longest first: all of it, less punctuation, less query string and fragment. */
const readings = (candidate: string): string[] => {
  const query = candidate.search(/[?#]/);
  const bare = query === -1 ? candidate : candidate.slice(0, query);
  const all = [candidate, withoutEnding(candidate, TRAILING), bare, withoutEnding(bare, TRAILING)];
  return [...new Set(all)].filter((reading) => reading !== '');
};

const asLocal = (url: string, siteUrl: string): string | null => {
  const site = withoutSlash(siteUrl);
  return site !== '' && url.startsWith(`${site}/`) ? url.slice(site.length) : null;
};

/** Every string that {@link encode} would ask `resolve` about: to look them up in one query. */
export const uploadUrlsIn = (text: string, siteUrl: string): string[] => {
  const urls: string[] = [];
  for (const [candidate] of text.matchAll(CANDIDATE)) {
    if (candidate === 'media:') continue;
    for (const url of readings(candidate)) {
      urls.push(url);
      const local = asLocal(url, siteUrl);
      if (local !== null) urls.push(local);
    }
  }
  return urls;
};

const tokenFor = (url: string, resolve: ResolveUrl, siteUrl: string): string | null => {
  const local = asLocal(url, siteUrl);
  const target = resolve(url) ?? (local === null ? null : resolve(local));
  if (!target || !SAFE_NAME.test(target.id) || (target.format !== null && !SAFE_NAME.test(target.format))) return null;
  return `media:${local === null ? '' : '//'}${target.id}${target.format === null ? '' : `/${target.format}`}`;
};

const escaped = (text: string): string => text.replaceAll('media:', 'media::');

/** Text as a site shows it → canonical text. `siteUrl` is this site's public address, or '' where it has none. */
export const encode = (text: string, resolve: ResolveUrl, siteUrl: string): string =>
  text.replace(CANDIDATE, (candidate, offset: number) => {
    if (candidate === 'media:') return 'media::';
    for (const url of readings(candidate)) {
      const token = tokenFor(url, resolve, siteUrl);
      const rest = text.slice(offset + url.length);
      if (token !== null && !CONTINUES.test(rest)) return token + escaped(candidate.slice(url.length));
    }
    return escaped(candidate);
  });

/** Canonical text → text as this site shows it. A file that is not here leaves its token standing. */
export const decode = (text: string, urlOf: UrlOf, siteUrl: string): string =>
  text.replace(TOKEN, (token, absolute: string | undefined, id: string | undefined, format: string | undefined) => {
    if (id === undefined) return 'media:';
    const url = urlOf({ id, format: format ?? null });
    if (url === null) return token;
    return absolute !== undefined && url.startsWith('/') ? withoutSlash(siteUrl) + url : url;
  });

/** The files a canonical text refers to. */
export const fileIdsIn = (text: string): string[] => {
  const ids = new Set<string>();
  for (const [, , id] of text.matchAll(TOKEN)) if (id !== undefined) ids.add(id);
  return [...ids];
};

/** Canonical text whose files have other ids: for sites on which matched files are known under another id. */
export const renameFiles = (text: string, idOf: (id: string) => string): string =>
  text.replace(TOKEN, (token, absolute: string | undefined, id: string | undefined, format: string | undefined) =>
    id === undefined ? token : `media:${absolute ?? ''}${idOf(id)}${format === undefined ? '' : `/${format}`}`
  );

/** Applies `change` to every string inside a JSON value; names of properties stay. */
export const mapStrings = (value: Json, change: (text: string) => string): Json => {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapStrings(item, change)]));
  }
  return value;
};

/** Every string inside a JSON value. */
export const stringsIn = (value: Json, into: string[] = []): string[] => {
  mapStrings(value, (text) => {
    into.push(text);
    return text;
  });
  return into;
};

/** Types of attributes whose text may hold upload URLs. */
export const TEXT_TYPES: ReadonlySet<string> = new Set(['string', 'text', 'richtext', 'blocks', 'json']);
