import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A storage that speaks as much S3 as Strapi's official provider does: objects put whole or in parts, read with ranges,
 * removed. In a private one whoever does not sign is answered 403.
 */
export interface Storage {
  endpoint: string;
  /** By `bucket/key`. */
  objects: Map<string, Buffer>;
  /** Requests are answered 503 while this is true. */
  down: boolean;
  close(): Promise<void>;
}

export const startStorage = async ({ isPrivate = false } = {}): Promise<Storage> => {
  const objects = new Map<string, Buffer>();
  const parts = new Map<string, Map<number, Buffer>>();
  let uploads = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url!, 'http://storage');
    const key = decodeURIComponent(url.pathname.slice(1));
    const query = url.searchParams;
    const xml = (body: string) =>
      response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${body}`);
    if (storage.down) return void response.writeHead(503).end();
    if (request.method === 'PUT') {
      const bytes = plain(request, await bodyOf(request));
      const upload = query.get('uploadId');
      if (upload) parts.get(upload)!.set(Number(query.get('partNumber')), bytes);
      else objects.set(key, bytes);
      return void response.writeHead(200, { etag: '"etag"' }).end();
    }
    if (request.method === 'POST' && query.has('uploads')) {
      const id = String((uploads += 1));
      parts.set(id, new Map());
      return void xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    }
    if (request.method === 'POST') {
      await bodyOf(request);
      const all = [...parts.get(query.get('uploadId')!)!].sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
      objects.set(key, Buffer.concat(all));
      const location = `${storage.endpoint}/${key}`;
      return void xml(
        `<CompleteMultipartUploadResult><Location>${location}</Location></CompleteMultipartUploadResult>`
      );
    }
    if (request.method === 'DELETE') {
      objects.delete(key);
      return void response.writeHead(204).end();
    }
    const isSigned = query.has('X-Amz-Signature') || request.headers.authorization !== undefined;
    if (isPrivate && !isSigned) return void response.writeHead(403).end();
    const bytes = objects.get(key);
    if (!bytes) return void response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from });
    response.end(request.method === 'HEAD' ? undefined : bytes.subarray(from));
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const storage: Storage = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    down: false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return storage;
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** Streams come in chunks of their own, with a checksum after the last: `length;…\r\nbytes\r\n`. */
const plain = ({ headers }: IncomingMessage, body: Buffer): Buffer => {
  if (!String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-')) return body;
  const chunks: Buffer[] = [];
  for (let at = 0; ;) {
    const end = body.indexOf('\r\n', at);
    const length = parseInt(body.toString('latin1', at, end), 16);
    if (!(length > 0)) return Buffer.concat(chunks);
    chunks.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
};
