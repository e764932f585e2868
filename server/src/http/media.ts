/** Media types of our own: Strapi's body parser leaves what it does not know unread, so the bytes stay as they were sent. */
export const NDJSON = 'application/vnd.strapi-replication.v1+ndjson';
export const JSON_TYPE = 'application/vnd.strapi-replication.v1+json';
export const BLOB_PIECE = 'application/vnd.strapi-replication.v1.piece';

export const PROTOCOL_VERSION = 1;

/** Our own headers, as Node spells incoming ones. */
export const HEADER = {
  path: 'replication-path',
  sender: 'replication-sender',
  recipient: 'replication-recipient',
  inReplyTo: 'replication-in-reply-to',
  offset: 'replication-offset',
  total: 'replication-total',
  have: 'replication-have',
  /** The body went ahead in pieces, as the blob of this name. */
  body: 'replication-body',
  /** The code of a refusal, for answers that have no body. */
  error: 'replication-error',
} as const;
