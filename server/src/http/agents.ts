import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';

export interface AddressPolicy {
  /** Whether sites in private networks and on this machine may be called. Only the configuration can say so. */
  allowPrivateAddresses: boolean;
  /** Single addresses and CIDR ranges that may be called besides. */
  allowedAddresses?: readonly string[];
}

export interface Agents {
  for(url: string): { httpAgent: HttpAgent; httpsAgent: HttpsAgent };
  destroy(): void;
}

/**
 * Keep-alive connections, a pool of its own for each target, that never lead to addresses a link has no business with
 * (the cloud's metadata service, the intranet): the address is checked after name resolution, so a name that points
 * inside is refused as well.
 */
export const createAgents = (policy: AddressPolicy): Agents => {
  const pools = new Map<string, { httpAgent: HttpAgent; httpsAgent: HttpsAgent }>();
  const options = {
    keepAlive: true,
    keepAliveMsecs: 15_000,
    maxSockets: 8,
    maxFreeSockets: 2,
    timeout: 120_000,
    allowPrivateIPAddress: policy.allowPrivateAddresses,
    allowIPAddressList: [...(policy.allowedAddresses ?? [])],
  };
  const destroyPool = ({ httpAgent, httpsAgent }: { httpAgent: HttpAgent; httpsAgent: HttpsAgent }) => {
    httpAgent.destroy();
    httpsAgent.destroy();
  };
  return {
    for: (url) => {
      const { origin } = new URL(url);
      let pool = pools.get(origin);
      if (!pool) {
        pool = {
          httpAgent: new RequestFilteringHttpAgent(options),
          httpsAgent: new RequestFilteringHttpsAgent(options),
        };
        pools.set(origin, pool);
      }
      return pool;
    },
    destroy: () => {
      pools.forEach(destroyPool);
      pools.clear();
    },
  };
};
