import type { EntityKey, Uid } from './entity';
import type { BrakeCode } from './tables';

/** What the domain tells the world after commit: for the log, for waking workers, for the entry's panel. */
export type DomainEvent =
  | { type: 'recorded'; entity: EntityKey; revision: string }
  | { type: 'applied'; entity: EntityKey; link: string; revision: string | null }
  | { type: 'held'; entity: EntityKey; link: string; reason: string }
  | { type: 'withdrawn'; entity: EntityKey; link: string }
  | { type: 'diverged'; entity: EntityKey; leaves: number }
  | { type: 'queued'; link: string; count: number }
  | { type: 'delivered'; entity: EntityKey; link: string }
  | { type: 'delivery-failed'; entity: EntityKey; link: string; code: string; message: string }
  | { type: 'link-down'; link: string; message: string; retryAt: number }
  | { type: 'link-up'; link: string }
  /** Something is not sent any more until a person says so. */
  | { type: 'braked'; code: BrakeCode; subject: string }
  /** A process died each time it told the rest of the site of this: it is not told any more. */
  | { type: 'untold'; uid: Uid; localId: string; action: string }
  /** An edit could not be recorded: it is tried again later, and holds up no other. */
  | { type: 'unrecorded'; uid: Uid; localId: string; error: unknown }
  /** A link brought what a key has signed that was revoked here: it was refused. */
  | { type: 'revoked-key'; link: string }
  /** Something of ours went wrong with what a link sent: its message was refused, the others were taken. */
  | { type: 'defect'; link: string; error: unknown };
