'use strict';

/**
 * `strapi start` for `playground/app` without the command line around it: a JavaScript app is its own build.
 * Ends when whoever started it is gone, so that no test leaves a server behind.
 */
const path = require('node:path');
const { createStrapi } = require('@strapi/strapi');

/** A copy of the app with other content types, where a test asks for one. */
const appDir = process.env.PLAYGROUND_APP || path.join(__dirname, 'app');

if (process.send) process.on('disconnect', () => process.exit(0));

createStrapi({ appDir, distDir: appDir }).start();
