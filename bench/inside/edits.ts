/** Edits articles inside a Strapi process, and sees them arrive. Sent as source, like `articles.ts`. */

export interface Edits {
  ids: string[];
  /** Every edited title begins with it. */
  tag: string;
  /** Milliseconds from the end of one save to the next. 0: back to back. */
  apart: number;
  /** Also change a text in the dynamic zone, sending the whole zone as the form does. */
  rich: boolean;
}

export interface Edited {
  /** When the first save began and the last one was committed, in milliseconds since 1970. */
  began: number;
  ended: number;
  /** Of each save. */
  durations: number[];
  /** When each was committed. */
  committed: number[];
}

/** Saves drafts through the document service, one after the other, each in the context of a request of its own. */
export const edit = async (strapi: any, { ids, tag, apart, rich }: Edits): Promise<Edited> => {
  const articles = strapi.documents('api::article.article');
  const now = () => performance.timeOrigin + performance.now();
  const forms: any[] = [];
  for (const [index, documentId] of ids.entries()) {
    const title = `${tag} ${index}`;
    if (!rich) {
      forms.push({ documentId, data: { title } });
      continue;
    }
    const { blocks } = await articles.findOne({
      documentId,
      populate: {
        blocks: {
          on: {
            'shared.media': { populate: ['file'] },
            'shared.quote': true,
            'shared.rich-text': true,
            'shared.slider': { populate: ['files'] },
          },
        },
      },
    });
    const sent = blocks.map(({ file, files, ...block }: any) => ({
      ...block,
      ...(file ? { file: file.id } : {}),
      ...(files ? { files: files.map((each: any) => each.id) } : {}),
      ...(block.__component === 'shared.rich-text' ? { body: `${block.body}\n\n${title}` } : {}),
    }));
    forms.push({ documentId, data: { title, blocks: sent } });
  }
  const durations: number[] = [];
  const committed: number[] = [];
  const began = now();
  for (const form of forms) {
    const before = now();
    await strapi.requestContext.run({ state: {}, request: {}, query: {} }, () => articles.update(form));
    const after = now();
    durations.push(after - before);
    committed.push(after);
    if (apart > 0) await new Promise((resolve) => setTimeout(resolve, apart));
    // A server that answers requests comes round to its other work between two of them.
    else await new Promise((resolve) => setImmediate(resolve));
  }
  return { began, ended: now(), durations, committed };
};

export interface Expected {
  ids: string[];
  tag: string;
  /** Milliseconds between two looks. */
  every: number;
}

/**
 * When each edit was seen first in the drafts here, in the order of the edits. Null for those not seen within 45 s, so
 * that no request stays open for too long: ask again. A look is a few rows by their index, whatever the table's size,
 * so that watching takes next to nothing from what is watched.
 */
export const watch = async (strapi: any, { ids, tag, every }: Expected): Promise<(number | null)[]> => {
  const knex = strapi.db.connection;
  const { tableName } = strapi.db.metadata.get('api::article.article');
  const deadline = Date.now() + 45_000;
  const seen: (number | null)[] = ids.map(() => null);
  let pending = ids.map((_, index) => index);
  while (pending.length > 0 && Date.now() < deadline) {
    const some = pending.slice(0, 20);
    const rows = await knex(tableName)
      .select('document_id', 'title')
      .whereIn(
        'document_id',
        some.map((index) => ids[index])
      )
      .whereNull('published_at');
    const at = performance.timeOrigin + performance.now();
    const titles = new Map(rows.map((row: any) => [row.document_id, row.title]));
    const arrived = some.filter((index) => titles.get(ids[index]) === `${tag} ${index}`);
    for (const index of arrived) seen[index] = at;
    pending = pending.filter((index) => seen[index] === null);
    // Where all that was looked at is there, there may be more.
    if (arrived.length < some.length) await new Promise((resolve) => setTimeout(resolve, every));
  }
  return seen;
};

/** Milliseconds of processor time that this process has taken, in all of its threads. */
export const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
