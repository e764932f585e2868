import type { Knex } from 'knex';
import { bytes, counted, createTable, key, number, orNull, text, type TableDefinition } from './ddl';

/*
 * A migration that was released never changes again, so it keeps its own list of columns.
 * Lengths: an instance and a link are UUIDs; hashes are SHA-256 in hex. Three of the longest (source, part, target)
 * make 3072 bytes on MySQL, the most it can index.
 */
const entity = key(320);
const uid = key(255);
const localId = key(255);
const hash = key(64);
const instance = key(64);
const partName = key(128);
const word = key(32);

const TABLES: TableDefinition[] = [
  { name: 'settings', columns: { name: key(255), value: text }, primary: ['name'], indexes: [] },
  {
    name: 'signing_keys',
    columns: {
      id: key(128),
      instance,
      public_key: text,
      private_key: orNull(text),
      created_at: number,
      retired_at: orNull(number),
      record: text,
    },
    primary: ['id'],
    indexes: [],
  },
  {
    name: 'links',
    columns: {
      id: instance,
      name: text,
      url: text,
      state: word,
      fingerprint: key(255),
      granted: text,
      paused: number,
      locked: number,
      failures: number,
      retry_at: number,
      last_contact_at: orNull(number),
      last_error: orNull(text),
      created_at: number,
    },
    primary: ['id'],
    indexes: [],
  },
  {
    name: 'invitations',
    columns: { nonce: key(128), secret: text, expires_at: number, used_at: orNull(number) },
    primary: ['nonce'],
    indexes: [],
  },
  {
    name: 'nonces',
    columns: { instance, nonce: key(128), expires_at: number },
    primary: ['instance', 'nonce'],
    indexes: [['expires_at']],
  },
  {
    name: 'rules',
    columns: {
      id: key(400),
      scope: word,
      uid,
      link: instance,
      level: word,
      direction: word,
      locked: number,
      created_at: number,
    },
    primary: ['id'],
    indexes: [],
  },
  {
    name: 'entries',
    columns: {
      entity,
      uid,
      local_id: localId,
      head: orNull(hash),
      shows: word,
      locked: number,
      version: number,
      held: orNull(text),
      held_until: number,
    },
    primary: ['entity'],
    indexes: [['uid', 'local_id'], ['held_until']],
  },
  {
    name: 'revisions',
    columns: {
      id: hash,
      entity,
      origin: instance,
      kind: word,
      header: text,
      signature: text,
      side: number,
      anchor: orNull(hash),
      stored_at: number,
    },
    primary: ['id'],
    indexes: [['entity']],
  },
  {
    name: 'parents',
    columns: { revision: hash, parent: hash },
    primary: ['revision', 'parent'],
    indexes: [['parent']],
  },
  {
    name: 'parts',
    columns: { revision: hash, name: partName, commitment: hash, salt: orNull(key(128)), content: orNull(hash) },
    primary: ['revision', 'name'],
    indexes: [['content']],
  },
  { name: 'contents', columns: { hash, bytes }, primary: ['hash'], indexes: [] },
  { name: 'leaves', columns: { entity, revision: hash }, primary: ['entity', 'revision'], indexes: [] },
  {
    name: 'shown',
    columns: { entity, locale: partName, status: word, fields: text, dates: text, ids: text, fingerprint: key(128) },
    primary: ['entity', 'locale', 'status'],
    indexes: [],
  },
  {
    name: 'marks',
    columns: {
      id: counted,
      uid,
      document_id: localId,
      locale: partName,
      status: word,
      action: word,
      actor: orNull(text),
      base: orNull(text),
      at: number,
    },
    primary: ['id'],
    indexes: [['uid', 'document_id']],
  },
  {
    name: 'replicas',
    columns: {
      link: instance,
      entity,
      uid,
      bucket: number,
      level: word,
      direction: word,
      granted: number,
      their_level: orNull(word),
      their_direction: orNull(word),
      wanted: orNull(text),
      wanted_hash: key(128),
      sent_hash: orNull(key(128)),
      common: text,
      common_level: word,
      common_direction: word,
      common_hash: key(128),
      state: word,
      incarnation: number,
      sequence: number,
      their_incarnation: number,
      their_sequence: number,
      attempts: number,
      retry_at: number,
      lease: orNull(key(128)),
      lease_until: number,
      error: orNull(text),
      waits_for: orNull(text),
      wanted_at: number,
      acked_at: orNull(number),
    },
    primary: ['link', 'entity'],
    indexes: [['state', 'retry_at'], ['link', 'bucket'], ['entity'], ['link', 'state']],
  },
  {
    name: 'parked',
    columns: { entity, waits_for: entity },
    primary: ['entity', 'waits_for'],
    indexes: [['waits_for']],
  },
  {
    name: 'refs',
    columns: { source: entity, part: partName, target: entity },
    primary: ['source', 'part', 'target'],
    indexes: [['target']],
  },
  { name: 'link_blobs', columns: { link: instance, hash }, primary: ['link', 'hash'], indexes: [] },
  {
    name: 'file_bytes',
    columns: { local_id: localId, format: key(64), hash, url: key(2000), size: number, stamp: key(255) },
    primary: ['local_id', 'format'],
    indexes: [['hash'], [['url', 191]]],
  },
  {
    name: 'jobs',
    columns: {
      id: key(255),
      kind: word,
      subject: text,
      cursor: orNull(text),
      done: number,
      total: number,
      state: word,
      error: orNull(text),
      updated_at: number,
    },
    primary: ['id'],
    indexes: [],
  },
  {
    name: 'log',
    columns: {
      id: counted,
      at: number,
      entity: orNull(entity),
      link: orNull(instance),
      type: key(64),
      outcome: key(64),
      detail: orNull(text),
    },
    primary: ['id'],
    indexes: [['entity'], ['at']],
  },
];

export const firstTables = {
  name: '0001-first-tables',
  async up(knex: Knex): Promise<void> {
    for (const table of TABLES) await createTable(knex, { ...table, name: `replication_${table.name}` });
  },
  async down(knex: Knex): Promise<void> {
    for (const table of TABLES) await knex.schema.dropTableIfExists(`replication_${table.name}`);
  },
};
