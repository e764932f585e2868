import type { MemoryTransaction } from '../memory/database';

interface Written {
  site: string;
  entry: string;
  text: string;
  markId: number;
}

/**
 * What editors have written, as unique words: each must end up in the history of the site where it was saved, unless the
 * next save came before its marks were looked at. Also knows which words were ever published: no other may be seen by a
 * site that gets only what is published.
 */
export class Ledger {
  private count = 0;
  private current = new Map<string, Written>();
  private owed: Written[] = [];
  private published = new Set<string>();
  private deleted = new Set<string>();

  /** What is noted after this is forgotten by calling the answer: the editor's transaction was rolled back. */
  savepoint(): () => void {
    const { current, owed, published, deleted } = this;
    this.current = new Map(current);
    this.owed = [...owed];
    this.published = new Set(published);
    this.deleted = new Set(deleted);
    return () => Object.assign(this, { current, owed, published, deleted });
  }

  /** A word that stands nowhere else. */
  word(site: string): string {
    this.count += 1;
    return `~${site}.${this.count}~`;
  }

  /** An editor has saved `text` at a place (a field of a row), or removed what was there (`null`). */
  wrote(
    site: string,
    entry: string,
    place: string,
    text: string | null,
    markId: number,
    transaction: MemoryTransaction
  ): void {
    const key = `${site} ${entry} ${place}`;
    const before = this.current.get(key);
    if (before !== undefined && before.text !== text) {
      // As the editor sees it: a recorder that is not done yet may die.
      const stillMarked = transaction.count('marks', { id: before.markId }) > 0;
      if (!stillMarked) this.owed.push(before);
      this.current.delete(key);
    }
    if (text !== null) this.current.set(key, { site, entry, text, markId });
  }

  publish(content: string): void {
    for (const word of wordsIn(content)) this.published.add(word);
  }

  wasPublished(word: string): boolean {
    return this.published.has(word);
  }

  removed(entry: string): void {
    this.deleted.add(entry);
  }

  wasRemoved(entry: string): boolean {
    return this.deleted.has(entry);
  }

  /** A site's database is backed up: the answer, called, forgets what was written there since. */
  backup(site: string): () => void {
    const current = [...this.current].filter(([, one]) => one.site === site);
    const owed = this.owed.filter((one) => one.site === site);
    return () => {
      const elsewhere = [...this.current].filter(([, one]) => one.site !== site);
      this.current = new Map([...elsewhere, ...current]);
      this.owed = [...this.owed.filter((one) => one.site !== site), ...owed];
    };
  }

  /** What the history of a site must hold. */
  owedBy(site: string): { entry: string; text: string }[] {
    return [...this.owed, ...this.current.values()].filter((one) => one.site === site);
  }
}

export const wordsIn = (text: string): string[] => text.match(/~[^~]+~/g) ?? [];
