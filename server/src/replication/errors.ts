/**
 * Errors of the domain: a machine code, and a message that is safe to show and says what to do next.
 * Anything that is not one of these is a defect and is answered as `INTERNAL`.
 */
export class ReplicationError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown> = {}
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** Somebody else holds a row: try again soon. Not an attempt, not a failure. */
export class Busy extends ReplicationError {
  constructor(what: string) {
    super('BUSY', `${what} is being edited at this moment. It is tried again shortly.`);
  }
}

/** A message or a request breaks the protocol. Nothing was changed. */
export class Refused extends ReplicationError {}

/** What stands between this site and another one, as far as it shows. */
export type Obstacle =
  /** Nothing listens, or no way leads there. */
  | 'NOBODY'
  | 'NAME'
  | 'TLS'
  | 'TIMEOUT'
  | 'CUT'
  /** Its address is in a private network, which has to be allowed. */
  | 'PRIVATE'
  /** A web page or nothing at all is there: a prefix is missing or too many. */
  | 'ADDRESS'
  | 'REDIRECT'
  | 'PASSWORD'
  | 'FORBIDDEN'
  | 'METHOD'
  /** Headers are lost on the way. */
  | 'HEADERS'
  | 'GATEWAY'
  | 'OTHER_SITE'
  | 'SILENT'
  /** It speaks another version of the protocol. */
  | 'VERSION'
  | 'OTHER';

/** The other instance could not be reached, or did not answer as one. */
export class Unreachable extends ReplicationError {
  constructor(
    message: string,
    readonly retryAfterMs: number | null = null,
    readonly obstacle: Obstacle = 'OTHER'
  ) {
    super('UNREACHABLE', message);
  }
}

/** What was asked for cannot be done as things stand; `message` says why. */
export class NotPossible extends ReplicationError {}

/** The bytes of a file are not known yet: `Files.hash` has to read them, outside any transaction, before it is read. */
export class FilesNotHashed extends ReplicationError {
  constructor(readonly localIds: string[]) {
    super('FILE_NOT_HASHED', 'The bytes of some files have to be read first. It is done now and then tried again.', {
      localIds,
    });
  }
}
