import http from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';

/** Stands before a site and keeps every body that passes, in both directions, inflated. */
export interface RecordingProxy {
  readonly url: string;
  forwardTo(port: number): void;
  /** The bodies so far. */
  readonly bodies: Buffer[];
  forget(): void;
  close(): Promise<void>;
}

const inflated = (bytes: Buffer, encoding: string | undefined): Buffer => {
  if (bytes.length === 0) return bytes;
  if (encoding === 'gzip') return zlib.gunzipSync(bytes);
  if (encoding === 'deflate') return zlib.inflateSync(bytes);
  if (encoding === 'br') return zlib.brotliDecompressSync(bytes);
  return bytes;
};

export const recordingProxy = async (): Promise<RecordingProxy> => {
  const bodies: Buffer[] = [];
  let target: number | null = null;
  const keep = (message: http.IncomingMessage) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => bodies.push(inflated(Buffer.concat(chunks), message.headers['content-encoding'])));
  };
  const server = http.createServer((request, response) => {
    if (target === null) {
      response.writeHead(503).end();
      return;
    }
    keep(request);
    const forwarded = http.request(
      { host: '127.0.0.1', port: target, method: request.method, path: request.url, headers: request.headers },
      (answer) => {
        keep(answer);
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }
    );
    forwarded.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    request.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    forwardTo: (to) => void (target = to),
    forget: () => void (bodies.length = 0),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
