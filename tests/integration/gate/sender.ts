import { randomBytes } from 'node:crypto';
import { createAgents } from '../../../server/src/http/agents';
import { createHttpClient } from '../../../server/src/http/client';
import { digestOf, signRequest } from '../../../server/src/http/signature';
import type { Json } from '../../../server/src/replication/entity';
import { sealPart, sealRevision, type Header, type PartValue } from '../../../server/src/replication/history/revision';
import { changeKey, LivingIdentity, type Signer } from '../../../server/src/replication/link/identity';
import { learnKeys } from '../../../server/src/replication/link/key-record';
import { createVerifier } from '../../../server/src/replication/link/verifier';
import type { Store } from '../../../server/src/replication/ports';
import type { Peer } from '../../../server/src/replication/transport/wire';
import type { Instance } from '../../support/instance';
import { overview } from '../../support/link';
import { chance, newIdentity, newStore, plainSecrets } from '../../unit/http/two-sites';

/** What a message may be made to say besides what an honest site would. */
export interface Forgery {
  parts?: { [name: string]: { fields?: { [name: string]: Json }; dates?: object; authors?: Json[] } };
  parents?: string[];
  kind?: Header['kind'];
  /** Who signs the version; the site's key in use by default. */
  signer?: Signer;
  message?: { [member: string]: Json };
  /** Changes the finished revision, after it was signed. */
  spoil?(revision: { header: { [member: string]: Json }; signature: string; parts: Record<string, any> }): void;
}

export interface RawRequest {
  method?: string;
  path: string;
  body?: Buffer | string;
  headers?: Record<string, string>;
  /** What the signature is made for, where that is something else. */
  signed?: { body?: Buffer; path?: string; recipient?: string; created?: number; expires?: number; nonce?: string };
  signer?: 'own' | 'stranger' | 'none' | Signer;
}

export const NDJSON = 'application/vnd.strapi-replication.v1+ndjson';
export const JSON_TYPE = 'application/vnd.strapi-replication.v1+json';
export const PIECE = 'application/vnd.strapi-replication.v1.piece';

/** A key that another site can be told of before that site is there. */
export const createSender = async () => {
  const store = newStore();
  const identity = new LivingIdentity(await newIdentity(store));
  const [first] = await store.transaction(({ tables }) => tables.find('signing_keys', {}));
  return {
    identity,
    /** As the other site's configuration names it. Nothing listens at the address: what is sent there is not of interest. */
    link: (name: string) => ({ url: `http://127.0.0.1:9/${name}`, publicKey: identity.keys[0]!.public_key, name }),
    /** The private half of its first key, as a thief would have it. */
    firstSeed: () => plainSecrets.decrypt(first!.private_key!)!,
    changeKey: async () =>
      identity.become(await store.transaction((unit) => changeKey(unit, { secrets: plainSecrets, clock }))),
    speakTo: (site: Instance) => speak(site, store, identity),
  };
};

const clock = { now: Date.now };

/** What a site that is linked by its key can say to another, as it should be or forged. */
const speak = async (site: Instance, store: Store, identity: LivingIdentity) => {
  const { id } = (await overview(site)).site!;
  const [record] = await site.run<string[]>(
    "return (await strapi.db.connection('replication_signing_keys').whereNotNull('private_key')).map((row) => row.record)"
  );
  await store.transaction((unit) => learnKeys(unit, [JSON.parse(record!)]));
  const stranger = await newIdentity(newStore());
  const agents = createAgents({ allowPrivateAddresses: true });
  const wire = createHttpClient({ identity, verifier: createVerifier(store), agents, clock, chance });
  const peer: Peer = { id, url: `${site.url}/api` };
  let sequence = 0;

  const update = (uid: string, entryId: string, forgery: Forgery = {}): { [member: string]: Json } => {
    const parts = Object.entries(forgery.parts ?? {}).map(([name, value]) =>
      sealPart(name, value as PartValue, randomBytes(16))
    );
    const revision = sealRevision(
      {
        entity: { uid, id: entryId },
        parents: (forgery.parents ?? []) as never,
        at: new Date().toISOString(),
        kind: forgery.kind ?? 'edit',
      },
      parts,
      forgery.signer ?? identity
    );
    const sent = {
      header: revision.header as unknown as { [member: string]: Json },
      signature: revision.signature,
      parts: Object.fromEntries(parts.map(({ name, salt, content }) => [name, { salt, value: JSON.parse(content!) }])),
    };
    forgery.spoil?.(sent);
    return {
      type: 'ENTITY_UPDATE',
      entity: { uid, id: entryId },
      documentId: entryId,
      level: 'EVERYTHING',
      direction: 'BOTH',
      granted: true,
      order: [Date.now(), (sequence += 1)],
      leaves: [revision.id],
      revisions: [sent as unknown as Json],
      shallow: [],
      keys: [],
      ...forgery.message,
    };
  };

  /** The headers under which a request goes out, signed as it says. */
  const headersFor = async (raw: RawRequest): Promise<Record<string, string>> => {
    const body = Buffer.from(raw.body ?? '');
    const signed = { body, path: raw.path, recipient: id, ...raw.signed };
    const created = raw.signed?.created ?? Math.floor(Date.now() / 1000);
    const signer = typeof raw.signer === 'object' ? raw.signer : raw.signer === 'stranger' ? stranger : identity;
    const plain = { 'content-type': NDJSON, ...raw.headers };
    if (raw.signer === 'none') {
      return { ...plain, 'content-digest': digestOf(body), 'replication-sender': identity.instance };
    }
    return signRequest(
      // A stranger claims to be the linked site: only the key tells.
      { key: signer.key, sign: signer.sign, instance: identity.instance },
      {
        method: raw.method ?? 'POST',
        body: signed.body,
        headers: {
          ...plain,
          'replication-path': signed.path,
          'replication-sender': identity.instance,
          'replication-recipient': signed.recipient,
        },
      },
      {
        nonce: raw.signed?.nonce ?? randomBytes(18).toString('base64url'),
        created,
        expires: raw.signed?.expires ?? created + 60,
      }
    );
  };

  /** A request byte by byte: the answer as it came. */
  const request = async (raw: RawRequest) => {
    const headers = await headersFor(raw);
    const method = raw.method ?? 'POST';
    const response = await fetch(`${peer.url}/replication${raw.path}`, {
      method,
      headers,
      body: ['GET', 'HEAD'].includes(method) ? undefined : Buffer.from(raw.body ?? ''),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    return {
      status: response.status,
      code: response.headers.get('replication-error'),
      text,
      headers: response.headers,
    };
  };

  return {
    peer,
    wire,
    me: identity.instance,
    identity,
    /** Its key as it is now, for later, when it has another. */
    keyInUse: (): Signer => ({ instance: identity.instance, key: identity.key, sign: identity.sign }),
    update,
    headersFor,
    request,
    send: async (...messages: Json[]): Promise<any[]> => wire.send(peer, messages),
    close: () => agents.destroy(),
  };
};

export type Sender = Awaited<ReturnType<typeof speak>>;
