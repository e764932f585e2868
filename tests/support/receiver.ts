import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Instance } from './instance';

/** A webhook call as it arrived. */
export interface Call {
  event: string;
  body: any;
}

export interface Receiver {
  url: string;
  calls: Call[];
  close(): Promise<void>;
}

/** A server that webhooks call, and that remembers what they said. */
export const startReceiver = async (): Promise<Receiver> => {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls.push({
        event: String(request.headers['x-strapi-event']),
        body: JSON.parse(Buffer.concat(chunks).toString('utf8')),
      });
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

const EVENTS = ['create', 'update', 'publish', 'unpublish', 'delete'].map((one) => `entry.${one}`);

/** Stored and registered as the admin panel does it, but for its check that the address is a public one. */
export const addWebhook = (
  site: Instance,
  url: string,
  events = [...EVENTS, 'media.create', 'media.update', 'media.delete']
): Promise<void> =>
  site.run<void, { url: string; events: string[] }>(
    async (strapi, { url: to, events: of }) => {
      const webhook = await strapi
        .get('webhookStore')
        .createWebhook({ name: 'test', url: to, headers: {}, events: of });
      strapi.get('webhookRunner').add(webhook);
    },
    { url, events }
  );
