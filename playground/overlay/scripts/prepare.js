'use strict';

/**
 * Makes a database ready for tests and the demo: an administrator, an API token with full access, public reading
 * through REST. With `--content` also what the official seed leaves out: published articles and a page tree in two
 * languages.
 *
 *   node scripts/prepare.js [--content]
 */
const { setTimeout: pause } = require('node:timers/promises');
const { createStrapi } = require('@strapi/strapi');
const { ADMINISTRATOR, API_TOKEN } = require('./access');

const READABLE = ['article', 'category', 'author', 'global', 'about', 'page', 'banner', 'kitchen', 'kitchen-plain'];

const createAdministrator = async (strapi) => {
  const role = await strapi.service('admin::role').getSuperAdmin();
  await strapi.service('admin::user').create({ ...ADMINISTRATOR, isActive: true, roles: [role.id] });
};

/** The service makes up a key of its own; everybody here shares a fixed one, known before the database is. */
const createToken = async (strapi) => {
  const tokens = strapi.service('admin::api-token');
  const token = await tokens.create({ name: 'Tests', description: '', type: 'full-access', lifespan: null });
  await strapi.db.query('admin::api-token').update({
    where: { id: token.id },
    data: { accessKey: tokens.hash(API_TOKEN) },
  });
};

const openToThePublic = async (strapi) => {
  const role = await strapi.db.query('plugin::users-permissions.role').findOne({ where: { type: 'public' } });
  const permissions = strapi.db.query('plugin::users-permissions.permission');
  for (const name of READABLE) {
    const kind = strapi.contentType(`api::${name}.${name}`).kind;
    for (const verb of kind === 'singleType' ? ['find'] : ['find', 'findOne']) {
      const action = `api::${name}.${name}.${verb}`;
      const known = await permissions.findOne({ where: { action, role: role.id } });
      if (!known) await permissions.create({ data: { action, role: role.id } });
    }
  }
};

/** The official seed leaves drafts: `publishedAt` in the data means nothing to Strapi 5. The last one stays a draft. */
const publishArticles = async (strapi) => {
  const articles = await strapi.documents('api::article.article').findMany({ sort: 'id:asc' });
  for (const { documentId } of articles.slice(0, -1)) {
    await strapi.documents('api::article.article').publish({ documentId });
  }
};

const createPages = async (strapi) => {
  const pages = strapi.documents('api::page.page');
  await strapi.plugin('i18n').service('locales').create({ code: 'de', name: 'German (de)' });
  const [picture] = await strapi.db.query('plugin::upload.file').findMany({ orderBy: 'id', limit: 1 });
  const write = async (english, german, parent, order) => {
    const seo = (title) => ({ metaTitle: title, metaDescription: `About: ${title}`, shareImage: picture.id });
    const { documentId } = await pages.create({
      locale: 'en',
      data: {
        title: english,
        slug: english.toLowerCase().replace(/\W+/g, '-'),
        body: `# ${english}\n\n![A picture](${picture.url})`,
        order,
        parent,
        seo: seo(english),
        image: picture.id,
        layout: { theme: order % 2 ? 'light' : 'dark', columns: order, background: picture.id },
      },
    });
    await pages.update({
      documentId,
      locale: 'de',
      data: {
        title: german,
        slug: german.toLowerCase().replace(/\W+/g, '-'),
        body: `# ${german}`,
        parent,
        seo: seo(german),
      },
    });
    await pages.publish({ documentId, locale: '*' });
    return documentId;
  };
  const home = await write('Home', 'Startseite', null, 1);
  const company = await write('Company', 'Unternehmen', home, 2);
  await write('Team', 'Mannschaft', company, 3);
  await write('Contact', 'Kontakt', home, 4);
};

/** Strapi does things by itself that nobody waits for: one that still wants the database when it is closed ends the process. */
const nobodyIsBusy = async ({ db }) => {
  const { pool } = db.connection.client;
  while (pool.numUsed() + pool.numPendingAcquires() + pool.numPendingCreates() > 0) await pause(50);
};

const main = async () => {
  const appDir = process.cwd();
  const strapi = await createStrapi({ appDir, distDir: appDir }).load();
  strapi.log.level = 'error';
  await createAdministrator(strapi);
  await createToken(strapi);
  await openToThePublic(strapi);
  if (process.argv.includes('--content')) {
    await publishArticles(strapi);
    await createPages(strapi);
  }
  await nobodyIsBusy(strapi);
  await strapi.destroy();
};

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error, JSON.stringify(error.details ?? {}));
    process.exit(1);
  }
);
