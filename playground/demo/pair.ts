import { createServer } from 'node:net';
import { startInstance, type Instance } from '../../tests/support/instance';
import { linkSites, quiet, share, type Linked } from '../../tests/support/link';
import { recordingProxy, type RecordingProxy } from './recording-proxy';

export interface Pair {
  staging: Instance;
  live: Instance;
  link: Linked;
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** Staging with content and live with none, not linked yet. The usual ports where they are free. */
export const startForPeople = async (): Promise<Omit<Pair, 'link'>> => {
  const usual = async (port: number) => ((await isFree(port)) ? { port } : {});
  const options = { panel: true, env: { PLAYGROUND_BACKDOOR: undefined } };
  const staging = await startInstance({ name: 'Staging', seed: 'content', ...(await usual(1337)), ...options });
  const live = await startInstance({ name: 'Live', seed: 'empty', ...(await usual(1338)), ...options });
  return { staging, live };
};

/** The same on free ports, each known to the other under the address of a proxy that records what passes. */
export const startForChecks = async (): Promise<Omit<Pair, 'link'> & { traffic: RecordingProxy[] }> => {
  const proxied = async (name: string, seed: 'content' | 'empty') => {
    const proxy = await recordingProxy();
    const site = await startInstance({ name, seed, env: { REPLICATION_PUBLIC_URL: proxy.url } });
    proxy.forwardTo(site.port);
    return { site, proxy };
  };
  const staging = await proxied('Staging', 'content');
  const live = await proxied('Live', 'empty');
  return { staging: staging.site, live: live.site, traffic: [staging.proxy, live.proxy] };
};

/** Links them as two administrators would, and lets staging send everything. */
export const link = async (staging: Instance, live: Instance): Promise<Linked> => {
  const linked = await linkSites(staging, live);
  await share(staging, linked.first, [{ scope: 'instance', uid: '', level: 'EVERYTHING', direction: 'SEND_ONLY' }]);
  return linked;
};

export const atRest = (staging: Instance, live: Instance): Promise<void> => quiet([staging, live], 120_000);
