import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { freePort } from './instance';

/** The network before a site, which a test can cut: other sites reach it by `url` only. */
export interface Cable {
  url: string;
  /** The port the site itself has to listen on. */
  port: number;
  /** Bytes that went through so far, towards the site. */
  carried(): number;
  /** What is under way breaks off, and nobody gets through any more. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

export const layCable = async (): Promise<Cable> => {
  const port = await freePort();
  const open = new Set<Socket>();
  let whole = true;
  let carried = 0;
  const server = createServer((incoming) => {
    if (!whole) return void incoming.destroy();
    const outgoing = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      open.add(socket);
      // One end that breaks off takes the other along.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    incoming.on('data', (chunk: Buffer) => (carried += chunk.length));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const breakOff = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    port,
    carried: () => carried,
    cut: () => {
      whole = false;
      breakOff();
    },
    mend: () => {
      whole = true;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      breakOff();
      await closed;
    },
  };
};
