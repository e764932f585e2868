import { readFileSync } from 'node:fs';
import path from 'node:path';
import { canonical, sha256 } from '../../../server/src/replication/history/canonical';
import { commit, idOf, sealPart, sealRevision, type Header } from '../../../server/src/replication/history/revision';
import { publicKeyOf, readPrivateKey, signBytes, verifyBytes } from '../../../server/src/replication/link/keys';
import { bucketOf, stateHash } from '../../../server/src/replication/queue/state-hash';
import { headerSchema } from '../../../server/src/replication/transport/message';

const protocol = readFileSync(path.join(__dirname, '../../../docs/protocol.md'), 'utf8');
const vector = JSON.parse(/```json vector=revision\n([\s\S]*?)\n```/.exec(protocol)![1]!) as {
  seed: string;
  parts: { [name: string]: { salt: string; content: string; commitment: string } };
  header: string;
  id: string;
  signature: string;
  entity: string;
  bucket: number;
  state: string;
};
const pair = readPrivateKey(vector.seed);
const header = JSON.parse(vector.header) as Header;

describe('the revision in docs/protocol.md', () => {
  it('is sealed to the same bytes, id and signature from its parts', () => {
    const parts = Object.entries(vector.parts).map(([name, { salt, content }]) =>
      sealPart(name, JSON.parse(content), Buffer.from(salt, 'hex'))
    );
    const signer = { instance: header.origin, key: header.key, sign: (bytes: Buffer) => signBytes(pair, bytes) };
    const revision = sealRevision(header, parts, signer);
    expect(canonical(revision.header)).toBe(vector.header);
    expect(revision.id).toBe(vector.id);
    expect(revision.signature).toBe(vector.signature);
  });

  it('has commitments over salt and content, an id over the header, and a signature over the same bytes', () => {
    for (const [name, { salt, content, commitment }] of Object.entries(vector.parts)) {
      expect(sha256(Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(content)]))).toBe(commitment);
      expect(commit(salt, content)).toBe(header.parts[name]);
    }
    expect(sha256(vector.header)).toBe(vector.id);
    expect(idOf(header)).toBe(vector.id);
    expect(verifyBytes(publicKeyOf(pair.publicKey), Buffer.from(vector.header), vector.signature)).toBe(true);
    expect(verifyBytes(publicKeyOf(pair.publicKey), Buffer.from(`${vector.header} `), vector.signature)).toBe(false);
  });

  it('passes the schema that everything from outside has to pass', () => {
    expect(headerSchema.parse(header)).toEqual(header);
    expect(headerSchema.safeParse({ ...header, extra: 1 }).success).toBe(false);
  });

  it('falls into its bucket and has its state hash', () => {
    expect(bucketOf(vector.entity as never)).toBe(vector.bucket);
    expect(stateHash([vector.id], 'EVERYTHING', 'BOTH')).toBe(vector.state);
  });
});
