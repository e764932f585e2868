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
  tag: string;
  count: number;
  /** Milliseconds between two looks. */
  every: number;
}

/**
 * When so many titles that begin with `tag` were seen in the drafts here, with the moment each was seen first.
 * Null after 45 s, so that no request stays open for too long: ask again.
 */
export const watch = async (strapi: any, { tag, count, every }: Expected): Promise<Record<string, number> | null> => {
  const seen: Record<string, number> = {};
  const deadline = Date.now() + 45_000;
  const query = strapi.db.query('api::article.article');
  while (Date.now() < deadline) {
    const where = { title: { $startsWith: `${tag} ` }, publishedAt: null };
    const found = await query.count({ where });
    const at = performance.timeOrigin + performance.now();
    if (found > Object.keys(seen).length) {
      for (const { title } of await query.findMany({ where, select: ['title'] })) seen[title] ??= at;
    }
    if (Object.keys(seen).length >= count) return seen;
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  return null;
};
