'use strict';

/**
 * `strapi build` for `playground/app`. The command itself walks up to the repository's tsconfig.json and takes the
 * app for a TypeScript project, so this calls what the command calls, without that look-up.
 */
const path = require('node:path');

const strapiFolder = path.dirname(require.resolve('@strapi/strapi/package.json'));
const { build } = require(path.join(strapiFolder, 'dist', 'src', 'node', 'build.js'));

const quiet = () => {};
const spinner = { start: () => spinner, succeed: () => spinner, fail: () => spinner, text: '' };
const logger = {
  debug: quiet,
  info: quiet,
  log: quiet,
  success: quiet,
  warn: console.warn,
  error: console.error,
  fatal: console.error,
  spinner: () => spinner,
};

build({ cwd: process.cwd(), logger, minify: true, sourcemap: false, stats: false, bundler: 'vite' }).then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  }
);
