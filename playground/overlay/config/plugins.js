'use strict';

const officialPlugins = require('../plugins.template.js');

/**
 * The replication plugin is configured by its own environment variables (REPLICATION_…); `REPLICATION_CONFIG` is JSON
 * of whatever else a test or the demo wants in the plugin's configuration.
 */
module.exports = ({ env }) => ({
  ...officialPlugins({ env }),
  replication: {
    enabled: env.bool('PLAYGROUND_WITH_PLUGIN', true),
    // Strapi looks for plugins next to its own code, which here is the repository's root.
    resolve: './node_modules/strapi-plugin-replication',
    config: JSON.parse(env('REPLICATION_CONFIG', '{}')),
  },
});
