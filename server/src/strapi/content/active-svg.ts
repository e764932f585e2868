/**
 * What makes an SVG more than a picture, when it is opened by itself. Elements may have any prefix. White space is single
 * when these look for it, and what may stand in between is short: they take a time that the length of the text decides.
 */
const ACTIVE = [
  /<([^\s<>/]*:)?(script|foreignobject|iframe|embed|object|handler|listener)\b/,
  /[\s"']on[a-z]+ ?=/,
  // An animation may put a script into a link, or a handler on an element.
  /\battributename ?= ?["']? ?(on|([^\s"':]{0,99}:)?href)/,
  // Entities can spell all of this, and style sheets can make a page of it.
  /<!entity|<\?xml-stylesheet/,
  /www\.w3\.org\/(1999\/xhtml|1999\/xsl)/,
];
/** Browsers leave out white space in it. */
const SCRIPT_ADDRESS = /(java|vb)script:/;
/** In others, these words may be there without being seen. */
const PLAIN_ENCODING = /^(utf-?(8|16)(be|le)?|us-ascii|iso-8859-\d+|windows-125\d)$/;

/** Whether a browser may run something in this picture. What cannot be told counts as well. */
export const isActiveSvg = (bytes: Buffer): boolean => {
  const text = decode(bytes).toLowerCase();
  const encoding = /^\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([^"']*)/.exec(text)?.[1];
  if (encoding !== undefined && !PLAIN_ENCODING.test(encoding)) return true;
  const said = withoutReferences(text).toLowerCase().replace(/\s+/g, ' ');
  return ACTIVE.some((active) => active.test(said)) || SCRIPT_ADDRESS.test(said.replace(/\s/g, ''));
};

/** UTF-16 is told by a byte order mark, or by every other byte of the first sign being none. */
const decode = (bytes: Buffer): string => {
  const [first, second] = bytes;
  const little = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  const big = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  return new TextDecoder(little ? 'utf-16le' : big ? 'utf-16be' : 'utf-8').decode(bytes);
};

const withoutReferences = (text: string): string =>
  text.replace(/&#(x[0-9a-f]+|[0-9]+);?/g, (whole, code: string) => {
    const point = code.startsWith('x') ? parseInt(code.slice(1), 16) : Number(code);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
