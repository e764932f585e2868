import type { Readable } from 'node:stream';
import type { Core } from '@strapi/strapi';
import { lookup } from 'mime-types';
import { Refused } from '../../replication/errors';
import { isActiveSvg } from './active-svg';

/**
 * Which files another site may put into the public folder of this one. What a browser would run as part of this site, or
 * a web server as a program, could take over whoever opens it: such files come in only where this site's own upload
 * configuration names the type of their extension (`plugin::upload.security.allowedTypes`), whose other rules hold as well.
 */
const ACTIVE_EXTENSION =
  /^(x?html?|shtml|xht|mhtml?|[cm]?js|php\d?|phtml|phar|aspx?|jspx?|cgi|htaccess|svgz|htc|hta|swf)$/;
/** All that a browser reads as a page or a script. XML may hold either, or be made one by a style sheet. */
const ACTIVE_TYPE = /^(text\/html|(text|application)\/((x-)?(java|ecma)script|xsl)|multipart\/related|.*[/+]xml)$/;
/** What browsers read as one type only, and do not take the last of several. */
const TYPE = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+(?=\s*(;[^,]*)?$)/;
const SVG_TYPE = 'image/svg+xml';
const GENERIC = 'application/octet-stream';
/** Served as what the name says without it: `x.html.gz` is the page `x.html`. */
const PACKED = /^(gz|br|zst)$/;
const MOST_SVG = 10 * 1024 * 1024;

interface Security {
  allowedTypes?: string[];
  deniedTypes?: string[];
}

const matches = (type: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => {
    const plain = pattern.split('*').map((part) => part.replace(/[^\w/-]/g, '\\$&'));
    return new RegExp(`^${plain.join('.*')}$`, 'i').test(type);
  });

/** The type of an extension, for Strapi's own check of uploads and for who serves the file; null where it has none. */
const typeOf = (extension: string): string | null => lookup(`.${extension}`) || null;

const isActive = (type: string | null): boolean => type !== null && type !== SVG_TYPE && ACTIVE_TYPE.test(type);

/** @param open opens the bytes; read only where the type alone does not tell. */
export const checkFileType = async (
  strapi: Core.Strapi,
  file: { hash: string; ext: string; mime: unknown },
  open: () => Promise<Readable>
): Promise<void> => {
  const { allowedTypes, deniedTypes } = (strapi.config.get('plugin::upload.security') ?? {}) as Security;
  const name = file.hash + file.ext;
  const refuse = (): never => {
    throw new Refused('FILE_TYPE', `This site takes no files of this type from other sites: ${name}`);
  };

  const declared = TYPE.exec(String(file.mime ?? GENERIC).toLowerCase())?.[0];
  if (!declared) return refuse();
  const extensions = name.toLowerCase().split('.').slice(1);
  if (extensions.length > 1 && PACKED.test(extensions.at(-1)!)) refuse();

  const own = typeOf(extensions.at(-1) ?? '');
  // As in Strapi, this says nothing of a file whose extension says more.
  const types = own === null ? [declared] : declared === GENERIC ? [own] : [own, declared];
  if (Array.isArray(deniedTypes) && types.some((type) => matches(type, deniedTypes))) refuse();
  if (Array.isArray(allowedTypes) && !types.every((type) => matches(type, allowedTypes))) refuse();

  const named = Array.isArray(allowedTypes) ? allowedTypes.map((allowed) => allowed.toLowerCase()) : [];
  const isNamed = (type: string | null) => type !== null && named.includes(type);
  const unnamed = extensions.filter((extension) => !isNamed(typeOf(extension)));
  if (unnamed.some((extension) => ACTIVE_EXTENSION.test(extension) || isActive(typeOf(extension)))) refuse();
  if (isActive(declared) && !isNamed(declared)) refuse();
  const isSvg = unnamed.some((extension) => typeOf(extension) === SVG_TYPE) || declared.startsWith('image/svg');
  if (isSvg && !isNamed(SVG_TYPE) && isActiveSvg(await bytesOf(await open(), refuse))) refuse();
};

const bytesOf = async (stream: Readable, tooLong: () => never): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_SVG) tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
