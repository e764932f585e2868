import type { TableName, TableRows } from '../../replication/tables';

/** What a column holds. A question mark: it may be null. */
export type ColumnKind = 'text' | 'text?' | 'number' | 'number?' | 'bytes';

/** In brackets, so that `string | null` is looked at whole. */
type KindOf<V> = [V] extends [Buffer]
  ? 'bytes'
  : [V] extends [number]
    ? 'number'
    : [V] extends [number | null]
      ? 'number?'
      : null extends V
        ? 'text?'
        : 'text';

/**
 * Every column of the plugin's own tables as they are after all migrations: the list of names that may stand in a query,
 * and what each database's driver must be brought to give back. The compiler keeps it equal to {@link TableRows}.
 */
export const COLUMNS: {
  readonly [T in TableName]: { readonly [C in keyof TableRows[T] & string]: KindOf<TableRows[T][C]> };
} = {
  settings: { name: 'text', value: 'text' },
  signing_keys: {
    id: 'text',
    instance: 'text',
    public_key: 'text',
    private_key: 'text?',
    created_at: 'number',
    retired_at: 'number?',
    revoked_at: 'number?',
    record: 'text',
  },
  links: {
    id: 'text',
    name: 'text',
    url: 'text',
    state: 'text',
    fingerprint: 'text',
    granted: 'text',
    paused: 'number',
    locked: 'number',
    failures: 'number',
    retry_at: 'number',
    last_contact_at: 'number?',
    last_error: 'text?',
    fetching: 'text?',
    created_at: 'number',
  },
  invitations: { nonce: 'text', secret: 'text', expires_at: 'number', used_at: 'number?' },
  nonces: { instance: 'text', nonce: 'text', expires_at: 'number' },
  rules: {
    id: 'text',
    scope: 'text',
    uid: 'text',
    link: 'text',
    level: 'text',
    direction: 'text',
    locked: 'number',
    created_at: 'number',
    dependencies: 'text?',
  },
  entries: {
    entity: 'text',
    uid: 'text',
    local_id: 'text',
    head: 'text?',
    shows: 'text',
    locked: 'number',
    locked_at: 'number?',
    version: 'number',
    held: 'text?',
    held_until: 'number',
  },
  matches: { entity: 'text', uid: 'text', local_id: 'text', link: 'text', at: 'number' },
  revisions: {
    id: 'text',
    entity: 'text',
    origin: 'text',
    kind: 'text',
    header: 'text',
    signature: 'text',
    side: 'number',
    anchor: 'text?',
    stored_at: 'number',
  },
  parents: { revision: 'text', parent: 'text' },
  parts: { revision: 'text', name: 'text', commitment: 'text', salt: 'text?', content: 'text?' },
  contents: { hash: 'text', bytes: 'bytes', size: 'number?' },
  leaves: { entity: 'text', revision: 'text' },
  shown: {
    entity: 'text',
    locale: 'text',
    status: 'text',
    fields: 'text',
    dates: 'text',
    ids: 'text',
    fingerprint: 'text',
  },
  marks: {
    id: 'number',
    uid: 'text',
    document_id: 'text',
    locale: 'text',
    status: 'text',
    action: 'text',
    actor: 'text?',
    base: 'text?',
    at: 'number',
  },
  replicas: {
    link: 'text',
    entity: 'text',
    uid: 'text',
    bucket: 'number',
    level: 'text',
    direction: 'text',
    granted: 'number',
    their_level: 'text?',
    their_direction: 'text?',
    wanted: 'text?',
    wanted_hash: 'text',
    sent_hash: 'text?',
    common: 'text',
    common_level: 'text',
    common_direction: 'text',
    common_hash: 'text',
    state: 'text',
    incarnation: 'number',
    sequence: 'number',
    their_incarnation: 'number',
    their_sequence: 'number',
    attempts: 'number',
    retry_at: 'number',
    lease: 'text?',
    lease_until: 'number',
    error: 'text?',
    waits_for: 'text?',
    wanted_at: 'number',
    acked_at: 'number?',
    along: 'text?',
    steps: 'number?',
  },
  parked: { entity: 'text', waits_for: 'text' },
  refs: { source: 'text', part: 'text', target: 'text', fields: 'text?' },
  link_usage: { link: 'text', day: 'text', messages: 'number', bytes: 'number' },
  link_blobs: { link: 'text', hash: 'text' },
  file_bytes: { local_id: 'text', format: 'text', hash: 'text', url: 'text', size: 'number', stamp: 'text' },
  jobs: {
    id: 'text',
    kind: 'text',
    subject: 'text',
    cursor: 'text?',
    done: 'number',
    total: 'number',
    state: 'text',
    error: 'text?',
    updated_at: 'number',
  },
  notifications: {
    id: 'number',
    uid: 'text',
    document_id: 'text',
    locale: 'text',
    action: 'text',
    removed: 'text?',
    site: 'text',
    site_name: 'text',
    revision: 'text?',
    at: 'number',
    attempts: 'number',
    lease: 'text?',
    lease_until: 'number',
  },
  brakes: {
    id: 'text',
    code: 'text',
    subject: 'text',
    told: 'text',
    set_at: 'number',
    lifted_at: 'number?',
    lifted_by: 'text?',
  },
  findings: {
    entity: 'text',
    kind: 'text',
    uid: 'text',
    since: 'number',
    answer: 'text?',
    answered_by: 'text?',
  },
  log: { id: 'number', at: 'number', entity: 'text?', link: 'text?', type: 'text', outcome: 'text', detail: 'text?' },
};

export const columnsOf = (table: TableName): Readonly<Record<string, ColumnKind>> => COLUMNS[table];

/** Throws for a name that is no column: nothing else may reach a statement as an identifier. */
export const kindOf = (table: TableName, column: string): ColumnKind => {
  const kind = Object.hasOwn(COLUMNS[table], column) ? columnsOf(table)[column] : undefined;
  if (kind === undefined) throw new Error(`The table ${table} has no column ${column}.`);
  return kind;
};

export const mayBeNull = (kind: ColumnKind): boolean => kind.endsWith('?');
