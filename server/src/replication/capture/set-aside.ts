import type { Context } from '../context';
import type { Row } from '../tables';

/** An entry that cannot be recorded is tried again so much later: its cause may be gone by then. */
export const ASIDE_MS = 30_000;

type Mark = Pick<Row<'marks'>, 'uid' | 'document_id'>;

export const nameOf = ({ uid, document_id: id }: Mark): string => `${uid}/${id}`;

/**
 * Entries that this process could not record, so that they hold up no other. Nothing is lost by forgetting them: their
 * marks stay, and the next process finds out for itself.
 */
class Asides {
  private readonly until = new Map<string, number>();

  constructor(private readonly context: Context) {}

  add(mark: Mark): void {
    this.until.set(nameOf(mark), this.context.clock.now() + ASIDE_MS);
  }

  /** No more entries than this are set aside. */
  get most(): number {
    return this.until.size;
  }

  has(mark: Mark): boolean {
    const until = this.until.get(nameOf(mark));
    if (until === undefined) return false;
    const now = this.context.clock.now();
    // A clock that was set back must not make anybody wait for it.
    if (until > now && until <= now + ASIDE_MS) return true;
    this.until.delete(nameOf(mark));
    return false;
  }
}

const known = new WeakMap<Context, Asides>();

export const asidesOf = (context: Context): Asides => {
  const asides = known.get(context) ?? new Asides(context);
  known.set(context, asides);
  return asides;
};
