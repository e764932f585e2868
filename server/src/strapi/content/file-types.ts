import type { Readable } from 'node:stream';
import type { Core } from '@strapi/strapi';
import { Refused } from '../../replication/errors';

/**
 * Which files another site may put into the public folder of this one. What a browser would run as part of this site, or
 * a web server as a program, could take over whoever opens it: such files come in only where this site's own upload
 * configuration names their type (`plugin::upload.security.allowedTypes`), whose other rules hold as well.
 */
const ACTIVE_EXTENSION =
  /\.(x?html?|shtml|xht|mhtml?|[cm]?js|php\d?|phtml|phar|aspx?|jspx?|cgi|htaccess|svgz|htc|hta|swf)$/i;
const ACTIVE_TYPE =
  /^(text\/html|application\/xhtml\+xml|(text|application)\/(x-)?(java|ecma)script|multipart\/related)\b/i;
/** What makes an SVG more than a picture, when it is opened by itself. */
const ACTIVE_SVG = /<script|<foreignobject|<!entity|\son[a-z]+\s*=|javascript:|<(iframe|embed|object)\b/i;
const MOST_SVG = 10 * 1024 * 1024;

interface Security {
  allowedTypes?: string[];
  deniedTypes?: string[];
}

const matches = (type: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => {
    const [head = '', tail] = pattern.toLowerCase().split('*', 2);
    return tail === undefined ? type === head : type.startsWith(head) && type.endsWith(tail);
  });

const refuse = (name: string): never => {
  throw new Refused('FILE_TYPE', `This site takes no files of this type from other sites: ${name}`);
};

/** @param open opens the bytes; read only where the type alone does not tell. */
export const checkFileType = async (
  strapi: Core.Strapi,
  file: { hash: string; ext: string; mime: unknown },
  open: () => Promise<Readable>
): Promise<void> => {
  const { allowedTypes, deniedTypes } = (strapi.config.get('plugin::upload.security') ?? {}) as Security;
  const type = String(file.mime ?? '').toLowerCase();
  const name = file.hash + file.ext;
  if (Array.isArray(deniedTypes) && matches(type, deniedTypes)) refuse(name);
  if (Array.isArray(allowedTypes)) {
    if (!matches(type, allowedTypes)) refuse(name);
    if (allowedTypes.includes(type)) return;
  }
  if (ACTIVE_EXTENSION.test(name) || ACTIVE_TYPE.test(type)) refuse(name);
  if (/\.svg$/i.test(file.ext) || type.startsWith('image/svg')) {
    if (ACTIVE_SVG.test(await textOf(await open(), () => refuse(name)))) refuse(name);
  }
};

const textOf = async (stream: Readable, tooLong: () => never): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_SVG) tooLong();
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  // A byte order mark may say UTF-16, in which no pattern would be found.
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(wide).decode(bytes);
};
