import { Readable } from 'node:stream';
import { checkFileType } from '../../server/src/strapi/content/file-types';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg">';

/** What becomes of a file with this name (its extension begins at the first dot), type and bytes. */
const judge = async (
  name: string,
  mime: string,
  { security, bytes = 'some bytes' }: { security?: object; bytes?: string | Buffer } = {}
): Promise<string> => {
  const strapi = { config: { get: () => security } };
  const dot = name.includes('.') ? name.indexOf('.') : name.length;
  const file = { hash: name.slice(0, dot), ext: name.slice(dot), mime };
  try {
    await checkFileType(strapi as never, file, async () => Readable.from([Buffer.from(bytes)]));
    return 'taken';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

describe('files of other sites', () => {
  it('are taken as Strapi takes them where nothing runs them', async () => {
    const ordinary: [string, string][] = [
      ['x.png', 'image/png'],
      ['x.JPG', 'image/jpeg'],
      ['x.webp', 'image/webp'],
      ['x.mp4', 'video/mp4'],
      ['x.mp3', 'audio/mpeg'],
      ['x.pdf', 'application/pdf'],
      ['x.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
      ['x.odt', 'application/vnd.oasis.opendocument.text'],
      ['x.zip', 'application/zip'],
      ['x.gz', 'application/gzip'],
      ['x.csv', 'text/csv'],
      ['x.txt', 'text/plain; charset=utf-8'],
      ['x.json', 'application/json'],
      ['x.bin', 'application/octet-stream'],
      ['x.dwg', 'image/vnd.dwg'],
      ['x', 'application/octet-stream'],
    ];
    for (const [name, mime] of ordinary) expect([name, await judge(name, mime)]).toEqual([name, 'taken']);
  });

  it('are not taken where a browser would run them, whatever they say they are', async () => {
    const scripts = ['html', 'htm', 'xhtml', 'xht', 'shtml', 'mhtml', 'js', 'mjs', 'cjs', 'ecma', 'es', 'svgz', 'swf'];
    const documents = ['xml', 'xsl', 'xslt', 'rdf', 'atom', 'rss', 'xul', 'mathml', 'kml', 'wsdl', 'smil'];
    const programs = ['php', 'phtml', 'phar', 'asp', 'aspx', 'jsp', 'cgi', 'htaccess'];
    for (const ext of [...scripts, ...documents, ...programs])
      for (const name of [`x.${ext}`, `x.${ext.toUpperCase()}`, `x.${ext}.png`])
        expect([name, await judge(name, 'image/png')]).toEqual([name, 'FILE_TYPE']);
    const types = ['text/html', 'TEXT/HTML; charset=x', 'application/xhtml+xml', 'text/xml', 'application/rss+xml'];
    for (const type of [
      ...types,
      'text/javascript',
      'application/ecmascript',
      'image/png, text/html',
      'text/xsl',
      'html',
    ])
      expect([type, await judge('x.png', type)]).toEqual([type, 'FILE_TYPE']);
  });

  it('are not packed others: Strapi would serve `x.html.gz` as the page `x.html`, and `x.png.gz` in place of `x.png`', async () => {
    for (const name of ['x.html.gz', 'x.png.gz', 'x.js.br', 'x.txt.br', 'x.tar.zst'])
      expect([name, await judge(name, 'application/gzip')]).toEqual([name, 'FILE_TYPE']);
  });

  it('are of the types that the upload configuration allows and does not deny, by what they say and by their extension', async () => {
    const only = { security: { allowedTypes: ['image/png'] } };
    expect(await judge('x.png', 'image/png', only)).toBe('taken');
    expect(await judge('x.html', 'image/png', only)).toBe('FILE_TYPE');
    expect(await judge('x.jpg', 'image/png', only)).toBe('FILE_TYPE');
    expect(await judge('x.png', 'image/jpeg', only)).toBe('FILE_TYPE');
    expect(await judge('x.png', 'application/octet-stream', only)).toBe('taken');
    const any = { security: { allowedTypes: ['*/*'], deniedTypes: ['application/x-*', 'video/mp4'] } };
    expect(await judge('x.png', 'image/png', any)).toBe('taken');
    expect(await judge('x.mp4', 'image/png', any)).toBe('FILE_TYPE');
    expect(await judge('x.sh', 'text/plain', any)).toBe('FILE_TYPE');
    expect(await judge('x.html', 'text/html', any)).toBe('FILE_TYPE');
  });

  it('that a browser runs are taken where an administrator has named the type of their extension', async () => {
    const html = { security: { allowedTypes: ['text/html', 'image/png'] } };
    expect(await judge('x.html', 'text/html', html)).toBe('taken');
    expect(await judge('x.png', 'text/html', html)).toBe('taken');
    expect(await judge('x.js', 'text/html', html)).toBe('FILE_TYPE');
    const svg = { security: { allowedTypes: ['image/svg+xml'] }, bytes: `${SVG}<script/></svg>` };
    expect(await judge('x.svg', 'image/svg+xml', svg)).toBe('taken');
  });

  it('are SVG pictures without anything that acts, in whatever way it is written', async () => {
    const wide = Buffer.from(`\ufeff${SVG}<script/></svg>`, 'utf16le');
    const pictures: [string, string | Buffer][] = [
      ['taken', `<?xml version="1.0" encoding="UTF-8"?>${SVG}<style>a { color: red }</style><path d="M0 0"/></svg>`],
      [
        'taken',
        `${SVG}<defs><g id="a"/></defs><use href="#a"/><a href="https://example.com"><text>One = &#49;</text></a></svg>`,
      ],
      ['FILE_TYPE', `${SVG}<script>alert(1)</script></svg>`],
      ['FILE_TYPE', `${SVG}<svg:script xmlns:svg="http://www.w3.org/2000/svg">alert(1)</svg:script></svg>`],
      ['FILE_TYPE', `${SVG}<é:script xmlns:é="http://www.w3.org/2000/svg">alert(1)</é:script></svg>`],
      ['FILE_TYPE', `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`],
      ['FILE_TYPE', `<svg xmlns="http://www.w3.org/2000/svg"\n\tonload\n=\n"alert(1)"/>`],
      ['FILE_TYPE', `${SVG}<a href="java&#115;cript:alert(1)"><text>x</text></a></svg>`],
      ['FILE_TYPE', `${SVG}<a href="java&#x0A;script:alert(1)"><text>x</text></a></svg>`],
      ['FILE_TYPE', `${SVG}<a><set attributeName="href" to="x"/></a></svg>`],
      ['FILE_TYPE', `${SVG}<animate attributeName='xlink:href' to="x"/></svg>`],
      ['FILE_TYPE', `${SVG}<foreignObject/></svg>`],
      ['FILE_TYPE', `${SVG}<h:p xmlns:h="http://www.w3.org/1999/xhtml"/></svg>`],
      ['FILE_TYPE', `${SVG}<h:p xmlns:h="http://www.w3.org/1999/&#120;html"/></svg>`],
      ['FILE_TYPE', `<?xml-stylesheet type="text/xsl" href="#x"?>${SVG}</svg>`],
      ['FILE_TYPE', `<!DOCTYPE svg [<!ENTITY x "y">]>${SVG}&x;</svg>`],
      ['FILE_TYPE', `<?xml version="1.0" encoding="UTF-7"?>${SVG}</svg>`],
      ['FILE_TYPE', wide],
      ['FILE_TYPE', wide.subarray(2)],
      ['FILE_TYPE', wide.subarray(0).swap16()],
    ];
    for (const [expected, bytes] of pictures) {
      expect([String(bytes), await judge('x.svg', 'image/svg+xml', { bytes })]).toEqual([String(bytes), expected]);
      expect([String(bytes), await judge('x.SVG', 'text/plain', { bytes })]).toEqual([String(bytes), expected]);
      expect([String(bytes), await judge('x.svg.txt', 'text/plain', { bytes })]).toEqual([String(bytes), expected]);
      expect([String(bytes), await judge('x.bin', 'image/svg+xml', { bytes })]).toEqual([String(bytes), expected]);
    }
    expect(await judge('x.svg', 'image/svg+xml', { bytes: SVG + ' '.repeat(10 * 1024 * 1024) })).toBe('FILE_TYPE');
  });

  it('are looked through in a time that their length decides', async () => {
    const pieces = [' ', 'attributename=', 'attributeName= ', '<a:', ' on', '&#', '<?xml encoding ', '"on'];
    for (const piece of pieces) {
      const began = performance.now();
      await judge('x.svg', 'image/svg+xml', { bytes: `${SVG}attributeName=${piece.repeat(1_000_000 / piece.length)}` });
      await judge('x.svg', 'image/svg+xml', { bytes: `<?xml encoding${piece.repeat(1_000_000 / piece.length)}` });
      expect(performance.now() - began).toBeLessThan(10_000);
    }
  });
});
