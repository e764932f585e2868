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

/** With `PLAYGROUND_BUCKET` uploads lie in a bucket: JSON of `endpoint`, `bucket`, and `acl`. */
const bucketUploads = ({ endpoint, bucket, acl }) => ({
  provider: 'aws-s3',
  providerOptions: {
    s3Options: {
      endpoint,
      region: 'eu-central-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'playground', secretAccessKey: 'playground' },
      params: { Bucket: bucket, ACL: acl },
    },
  },
});

const withBucket = (plugins, settings) =>
  settings === ''
    ? plugins
    : { ...plugins, upload: { config: { ...plugins.upload.config, ...bucketUploads(JSON.parse(settings)) } } };

module.exports = ({ env }) => ({
  ...withBucket(officialPlugins({ env }), env('PLAYGROUND_BUCKET', '')),
  replication: {
    enabled: env.bool('PLAYGROUND_WITH_PLUGIN', true),
    // Strapi looks for plugins next to its own code, which here is the repository's root.
    resolve: './node_modules/strapi-plugin-replication',
    config: JSON.parse(env('REPLICATION_CONFIG', '{}')),
  },
  ...(env.bool('PLAYGROUND_REST_CACHE', false) ? { 'rest-cache': restCache } : {}),
});
