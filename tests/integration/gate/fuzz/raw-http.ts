import http from 'node:http';

/** HTTP as somebody would write it by hand: bodies in odd pieces, lengths that are lies, bodies that never end. */
export interface RawCall {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: Buffer;
  /** Sizes of the pieces of a chunked body; null: as one, with its length. */
  pieces: number[] | null;
  /** The body is repeated until an answer comes. */
  endless?: boolean;
  /** Which of the addresses of the loopback interface it comes from. */
  from?: string;
}

export interface RawAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

const WITHIN = 30_000;
/** No body here is endless in truth. */
const MOST_BYTES = 64 * 1024 * 1024;

export const createRawHttp = () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });

  /** null: who never stops sending may find the connection closed before the answer could be read. */
  const call = (raw: RawCall): Promise<RawAnswer | null> =>
    new Promise((resolve, reject) => {
      let answered = false;
      const own = raw.endless || raw.from !== undefined ? { agent: false as const, localAddress: raw.from } : { agent };
      const request = http.request(raw.url, { method: raw.method, headers: raw.headers, ...own, timeout: WITHIN });
      request.on('response', (response) => {
        answered = true;
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        const done = () => {
          if (raw.endless) request.destroy();
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode!, headers: response.headers, text });
        };
        response.on('end', done);
        response.on('error', done);
      });
      request.on('timeout', () => request.destroy(new Error(`No answer within ${WITHIN} ms.`)));
      // Who is answered before the body has ended may find the connection closed: the answer counts.
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (answered) return;
        if (raw.endless) resolve(null);
        // A server may close a connection that was idle just as the next request is written to it: every client asks anew.
        else if (request.reusedSocket && error.code === 'ECONNRESET') call(raw).then(resolve, reject);
        else reject(error);
      });
      if (raw.endless) return void pour(request, raw.body, () => answered);
      if (raw.pieces === null || raw.body.length === 0) return void request.end(raw.body);
      let at = 0;
      for (const size of raw.pieces) {
        if (at >= raw.body.length) break;
        request.write(raw.body.subarray(at, at + size));
        at += size;
      }
      request.end(raw.body.subarray(at));
    });

  return { call, close: () => agent.destroy() };
};

export type RawHttp = ReturnType<typeof createRawHttp>;

const pour = (request: http.ClientRequest, body: Buffer, over: () => boolean): void => {
  let sent = 0;
  const more = (): void => {
    while (!over() && !request.destroyed && sent < MOST_BYTES) {
      sent += body.length;
      if (!request.write(body)) return void request.once('drain', more);
    }
    if (!request.destroyed) request.end();
  };
  more();
};
