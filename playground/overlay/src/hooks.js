'use strict';

const fs = require('fs');
const path = require('path');

/**
 * Hooks as other plugins and sites have them, for tests: `PLAYGROUND_HOOKS` is a list of `record` (write down what is
 * heard, to `heard.jsonl` beside the public folder), `hang` (a document middleware never ends after a change of an
 * article titled `hang`), `refuse` (a lifecycle throws on a category called `refuse`), `correct` (a document middleware
 * gives every category this site's own slug) and `break` (a document middleware throws).
 */
const ARTICLE = 'api::article.article';
const CATEGORY = 'api::category.category';
const BANNER = 'api::banner.banner';
const CHANGES = ['create', 'update', 'publish', 'unpublish', 'delete', 'discardDraft', 'clone'];

const wanted = () => (process.env.PLAYGROUND_HOOKS || '').split(',').filter(Boolean);

const install = (strapi) => {
  const hooks = new Set(wanted());
  const from = () => strapi.requestContext.get()?.state?.replication ?? null;
  const file = path.join(strapi.dirs.static.public, '..', 'heard.jsonl');
  const write = (line) => fs.appendFileSync(file, `${JSON.stringify({ ...line, from: from() })}\n`);

  if (hooks.has('record')) {
    strapi.documents.use(async (context, next) => {
      if (!context.uid.startsWith('api::') || !CHANGES.includes(context.action)) return next();
      const { uid, action, params } = context;
      write({ kind: 'before', uid, action, params });
      const result = await next();
      write({ kind: 'after', uid, action, params: { documentId: params.documentId }, result });
      return result;
    });
    const record = (event) => {
      const { action, model, params, result } = event;
      write({
        kind: 'lifecycle',
        uid: model.uid,
        action,
        data: params.data ?? null,
        where: params.where ?? null,
        result,
      });
    };
    const actions = ['Create', 'Update', 'Delete'].flatMap((name) => [`before${name}`, `after${name}`]);
    strapi.db.lifecycles.subscribe({
      models: [ARTICLE, CATEGORY, BANNER],
      ...Object.fromEntries(actions.map((action) => [action, record])),
    });
  }
  if (hooks.has('refuse')) {
    strapi.db.lifecycles.subscribe({
      models: [CATEGORY],
      beforeCreate({ params }) {
        if (params.data.name === 'refuse') throw new Error('Our ERP does not know this category.');
      },
    });
  }
  if (hooks.has('hang')) {
    strapi.documents.use(async (context, next) => {
      const result = await next();
      if (context.uid === ARTICLE && result?.title === 'hang') await new Promise(() => {});
      return result;
    });
  }
  if (hooks.has('break')) {
    strapi.documents.use(async ({ uid, action }, next) => {
      if (uid === CATEGORY && CHANGES.includes(action)) throw new Error('A plugin with a defect.');
      return next();
    });
  }
  if (hooks.has('correct')) {
    const slug = `slug-of-${process.env.REPLICATION_SITE_NAME}`;
    strapi.documents.use(async (context, next) => {
      const result = await next();
      const changed = ['create', 'update'].includes(context.action) && context.uid === CATEGORY;
      if (changed && result && result.slug !== slug) {
        write({ kind: 'correct', documentId: result.documentId, was: result.slug });
        await strapi.db.query(CATEGORY).update({ where: { id: result.id }, data: { slug } });
      }
      return result;
    });
  }
};

module.exports = { install };
