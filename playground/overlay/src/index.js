'use strict';

const backdoor = require('./backdoor');
const hooks = require('./hooks');

module.exports = {
  register({ strapi }) {
    if (process.env.PLAYGROUND_BACKDOOR === '1') backdoor.open(strapi);
  },

  bootstrap({ strapi }) {
    if (process.env.PLAYGROUND_HOOKS) hooks.install(strapi);
  },
};
