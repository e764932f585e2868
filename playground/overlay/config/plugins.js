'use strict';

const officialPlugins = require('../plugins.template.js');

/**
 * The replication plugin is configured by its own environment variables (REPLICATION_…); `REPLICATION_CONFIG` is JSON
 * of whatever else a test or the demo wants in the plugin's configuration. With `PLAYGROUND_REST_CACHE` another plugin
 * keeps the answers of the REST API, and has to hear of what is applied.
 */
const restCache = {
  enabled: true,
  // The package has no main file to be found by its name.
  resolve: '@strapi-community/plugin-rest-cache/package.json',
  config: {
    provider: { name: 'memory', options: { max: 1000, maxAge: 3_600_000 } },
    strategy: {
      enableXCacheHeaders: true,
      keysPrefix: 'playground',
      maxAge: 3_600_000,
      contentTypes: ['api::article.article', 'api::category.category', 'api::global.global'],
    },
  },
};

module.exports = ({ env }) => ({
  ...officialPlugins({ env }),
  replication: {
    enabled: env.bool('PLAYGROUND_WITH_PLUGIN', true),
    // Strapi looks for plugins next to its own code, which here is the repository's root.
    resolve: './node_modules/strapi-plugin-replication',
    config: JSON.parse(env('REPLICATION_CONFIG', '{}')),
  },
  ...(env.bool('PLAYGROUND_REST_CACHE', false) ? { 'rest-cache': restCache } : {}),
});
