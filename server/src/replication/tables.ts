import type { EntityKey, Uid } from './entity';

/**
 * The plugin's own tables, as the domain sees them: flat rows of strings, numbers, bytes and null.
 * `docs/architecture.md`, "Storage", says why they stand outside Strapi's registry.
 * Times are milliseconds since 1970 (UTC). Booleans are 0 and 1. JSON is text.
 */
export interface TableRows {
  /** Facts about this instance: its id, keys in use, incarnation, the URL it was bound to. */
  settings: { name: string; value: string };
  /** Public keys of this and of linked instances. `private_key` is encrypted, and only there for our own. */
  signing_keys: {
    id: string;
    instance: string;
    public_key: string;
    private_key: string | null;
    created_at: number;
    retired_at: number | null;
    /** When somebody here shut this key out; see `link/revocation.ts`. */
    revoked_at: number | null;
    /** The signed record that introduced this key, as it travels to others. */
    record: string;
  };
  /** One row for each linked instance; `id` is that instance's id. */
  links: {
    id: string;
    name: string;
    url: string;
    state: LinkState;
    fingerprint: string;
    /** JSON list of uids this link may change here; `["*"]` is every type that can be replicated. */
    granted: string;
    paused: number;
    /** 1: comes from the configuration and cannot be changed in the panel. */
    locked: number;
    /** Consecutive failures to reach it, and when to try again. */
    failures: number;
    retry_at: number;
    last_contact_at: number | null;
    last_error: string | null;
    /** null: each calls the other. */
    fetching: Fetching | null;
    created_at: number;
  };
  /** Link codes that were issued here and not used yet. */
  invitations: { nonce: string; secret: string; expires_at: number; used_at: number | null };
  /** Nonces of requests that were accepted, so that none is accepted twice. */
  nonces: { instance: string; nonce: string; expires_at: number };
  rules: {
    id: string;
    scope: 'type' | 'instance';
    /** The content type's uid, or '' for the scope `instance`. */
    uid: Uid;
    link: string;
    level: string;
    direction: string;
    locked: number;
    created_at: number;
    /** JSON of a mode for fields of the type, by name: whether what they refer to goes along. null: the link's default. */
    dependencies: string | null;
  };
  entries: {
    entity: EntityKey;
    uid: Uid;
    /** The documentId here; '' where there is none any more: what it was is known under another id since (`matches`). */
    local_id: string;
    /** The leaf that the rows show; null before the first revision and after a withdrawal. */
    head: string | null;
    /** EVERYTHING, PUBLISHED or WITHDRAWN: what the rows show. */
    shows: string;
    /** 1: may not be edited here, since when. */
    locked: number;
    locked_at: number | null;
    /** Grows with each change; whoever writes checks it. */
    version: number;
    /** Why the rows do not show the newest leaf yet, in words, and when to try again; null where nothing is held. */
    held: string | null;
    held_until: number;
  };
  /**
   * Entries that two sites had under two ids and that were taken for one: `local_id` is the documentId here of what a
   * linked site calls `entity`. See `matching/`.
   */
  matches: {
    entity: EntityKey;
    uid: Uid;
    local_id: string;
    /** The link that it was agreed with. */
    link: string;
    at: number;
  };
  revisions: {
    id: string;
    entity: EntityKey;
    origin: string;
    kind: string;
    /** Canonical bytes of the header, as text. */
    header: string;
    signature: string;
    /** 1: a side revision, kept here and never sent. */
    side: number;
    /** The revision that stands for this one where only what is published may be seen; see `history/anchor.ts`. */
    anchor: string | null;
    stored_at: number;
  };
  parents: { revision: string; parent: string };
  parts: {
    revision: string;
    name: string;
    commitment: string;
    /** null: withheld from us, or purged. */
    salt: string | null;
    content: string | null;
  };
  /** `size` of the text, in bytes; null where it was stored before that was noted. */
  contents: { hash: string; bytes: Buffer; size: number | null };
  leaves: { entity: EntityKey; revision: string };
  /** A row as it was read back when we last wrote or recorded it. */
  shown: {
    entity: EntityKey;
    locale: string;
    status: string;
    /** JSON of {@link import('./entity').Fields}, references by local id. */
    fields: string;
    dates: string;
    ids: string;
    fingerprint: string;
  };
  /** "This row has changed": written in the change's own transaction, see `capture/`. */
  marks: {
    id: number;
    uid: Uid;
    document_id: string;
    locale: string;
    status: string;
    action: MarkAction;
    /** JSON of an actor, or null for a change nobody signed for. */
    actor: string | null;
    base: string | null;
    at: number;
  };
  /** One row per (link, entity): the queue and the status in one. See `queue/`. */
  replicas: {
    link: string;
    entity: EntityKey;
    uid: Uid;
    /** The first two bytes of SHA-256(entity): 0–65535. */
    bucket: number;
    level: string;
    direction: string;
    /** 1: by a rule of this site; 0: only as the complement of the other side's. */
    granted: number;
    /** What the other side said of the direction from here, as we see it; null before it said anything. */
    their_level: string | null;
    their_direction: string | null;
    /** JSON list of revision ids the other side should have, or null where it should have nothing. */
    wanted: string | null;
    wanted_hash: string;
    sent_hash: string | null;
    /** JSON list of revision ids that both are known to have, and the level they are opened at. */
    common: string;
    common_level: string;
    common_direction: string;
    common_hash: string;
    state: ReplicaState;
    incarnation: number;
    sequence: number;
    their_incarnation: number;
    their_sequence: number;
    attempts: number;
    retry_at: number;
    lease: string | null;
    lease_until: number;
    error: string | null;
    /** JSON `{code, values, text}`: what a held delivery waits for there, as the other side answered. */
    waits_for: string | null;
    wanted_at: number;
    acked_at: number | null;
    /**
     * Not null: no rule names it, it goes along with what refers to it. `missing`, `always`: as the field says; `asked`: a
     * person said so; `there`: the other site has one of its own.
     */
    along: 'missing' | 'always' | 'asked' | 'there' | null;
    /** How far it is from an entry that a rule names, where it goes along. */
    steps: number | null;
  };
  /** `entity` shows less than its head holds, until `waits_for` is here. */
  parked: { entity: EntityKey; waits_for: EntityKey };
  /**
   * What the head of `source` refers to, per part: decides what goes along. `fields`: the attributes of `source` that do,
   * joined by commas; '' for files, null where it was stored before that was noted.
   */
  refs: { source: EntityKey; part: string; target: EntityKey; fields: string | null };
  /** Bytes a link sent us or got from us: only these count as had. */
  link_blobs: { link: string; hash: string };
  /** What a link sent us on a day (`2026-01-31`, UTC). */
  link_usage: { link: string; day: string; messages: number; bytes: number };
  /** Where the bytes of files are here. `format` is '' for the file itself. */
  file_bytes: {
    local_id: string;
    format: string;
    hash: string;
    url: string;
    size: number;
    /** Changes when the file was replaced: what the hash was taken of. */
    stamp: string;
  };
  jobs: {
    id: string;
    kind: string;
    subject: string;
    cursor: string | null;
    done: number;
    total: number;
    state: string;
    error: string | null;
    updated_at: number;
  };
  /** "The rest of the site is to hear of this": written with the rows of an apply, removed after it was told. See `notify/`. */
  notifications: {
    id: number;
    uid: Uid;
    document_id: string;
    /** '' where all locales went at once. */
    locale: string;
    action: HappeningAction;
    /** JSON: the rows that were removed, as the site's own events tell them. */
    removed: string | null;
    /** Whose change it is: the link that brought it, or the site that made it. */
    site: string;
    site_name: string;
    revision: string | null;
    at: number;
    attempts: number;
    lease: string | null;
    lease_until: number;
  };
  /**
   * Stops that a person lifts; see `brake/`. One that was lifted stays: what it counts is counted from then on.
   */
  brakes: {
    /** {@link import('./brake/brake').brakeId}. */
    id: string;
    code: BrakeCode;
    /** An entity, a content type's uid, or '' for the whole site. */
    subject: string;
    /** JSON of what is told about it, by name. */
    told: string;
    set_at: number;
    /** null: it stands. */
    lifted_at: number | null;
    /** JSON of an actor; null before it was lifted, or where its cause went by itself. */
    lifted_by: string | null;
  };
  /** Entries whose rows are not as saves have left them, or that were deleted lately: what brakes ask about. */
  findings: {
    entity: EntityKey;
    kind: FindingKind;
    uid: Uid;
    since: number;
    /** What a person said to do with it, until that is done. */
    answer: string | null;
    /** JSON of an actor. */
    answered_by: string | null;
  };
  log: {
    id: number;
    at: number;
    entity: EntityKey | null;
    link: string | null;
    type: string;
    outcome: string;
    detail: string | null;
  };
}

/**
 * Who fetches what the other one has for it, because it cannot be called: `HERE` this site, `THERE` the other one.
 * `DOUBTED`: the other one calls us, and has to be called before we know more; see `link/reach.ts`.
 */
export type Fetching = 'HERE' | 'THERE' | 'DOUBTED';

export type LinkState = 'REQUESTING' | 'REQUESTED' | 'REGISTERED' | 'REFUSED' | 'UNLINKED';
export type MarkAction = 'create' | 'update' | 'delete' | 'baseline' | 'place';
/** What an editor would have done: `add` gives an entry a further locale. */
export type HappeningAction = 'create' | 'add' | 'update' | 'publish' | 'unpublish' | 'delete';
/** `stopped`: it would be sent, and a brake stands on it. */
export type ReplicaState = 'done' | 'queued' | 'sending' | 'held' | 'failed' | 'stopped';
/** Why something is not sent until a person says so; `brake/README.md` tells each. */
export type BrakeCode = 'CHANGED_TOO_OFTEN' | 'MANY_DELETED' | 'CHANGED_UNSEEN' | 'DATABASE_RESTORED';
/**
 * - `deleted`: somebody deleted it here, lately or under a brake;
 * - `vanished`: rows of it are gone, and nobody deleted them;
 * - `changed`, `added`: its rows are other than saves have left them, or there are rows that no save has made.
 */
export type FindingKind = 'deleted' | 'vanished' | 'changed' | 'added';

export type TableName = keyof TableRows;
export type Row<T extends TableName> = TableRows[T];

/** The columns that identify a row, in order. */
export const PRIMARY_KEYS: { [T in TableName]: readonly (keyof TableRows[T] & string)[] } = {
  settings: ['name'],
  signing_keys: ['id'],
  links: ['id'],
  invitations: ['nonce'],
  nonces: ['instance', 'nonce'],
  rules: ['id'],
  entries: ['entity'],
  matches: ['entity'],
  revisions: ['id'],
  parents: ['revision', 'parent'],
  parts: ['revision', 'name'],
  contents: ['hash'],
  leaves: ['entity', 'revision'],
  shown: ['entity', 'locale', 'status'],
  marks: ['id'],
  replicas: ['link', 'entity'],
  parked: ['entity', 'waits_for'],
  refs: ['source', 'part', 'target'],
  link_blobs: ['link', 'hash'],
  link_usage: ['link', 'day'],
  file_bytes: ['local_id', 'format'],
  jobs: ['id'],
  notifications: ['id'],
  brakes: ['id'],
  findings: ['entity', 'kind'],
  log: ['id'],
};

/** Tables whose `id` the database counts up. */
export const COUNTED: ReadonlySet<TableName> = new Set(['marks', 'notifications', 'log']);

/** Further columns that are looked up: each an index. */
export const INDEXES: { [T in TableName]?: readonly (readonly (keyof TableRows[T] & string)[])[] } = {
  entries: [['uid', 'local_id'], ['held_until']],
  matches: [['uid', 'local_id']],
  revisions: [['entity']],
  parents: [['parent']],
  parts: [['content']],
  marks: [['uid', 'document_id']],
  replicas: [
    ['link', 'bucket'],
    ['entity'],
    ['link', 'state', 'wanted_at'],
    ['link', 'state', 'retry_at'],
    ['link', 'uid', 'state'],
  ],
  parked: [['waits_for']],
  refs: [['target']],
  file_bytes: [['hash'], ['url']],
  nonces: [['expires_at']],
  findings: [['uid', 'kind']],
  log: [['entity'], ['at']],
};
