'use strict';

/**
 * Lets tests run code inside this process: `POST /api/playground/run` with `{code, args}`. The code is the body of an
 * asynchronous function of `strapi` and `args`; the answer is `{result}`, or `{error}` with status 500.
 * Only in the playground, and only where `PLAYGROUND_BACKDOOR=1`.
 */
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;

const open = (strapi) => {
  // Not one of the content API: it is at this address whatever the REST prefix is.
  strapi.server.routes([
    {
      method: 'POST',
      path: '/api/playground/run',
      config: { auth: false },
      async handler(ctx) {
        const { code, args } = ctx.request.body;
        try {
          const run = new AsyncFunction('strapi', 'args', 'require', code);
          // A fresh context: what document-service calls remember of one another must not outlive one run.
          const result = await strapi.requestContext.run({ state: {}, request: {}, query: {} }, () =>
            run(strapi, args, require)
          );
          ctx.body = { result: result === undefined ? null : result };
        } catch (error) {
          ctx.status = 500;
          ctx.body = {
            error: { name: error.name, message: error.message, stack: error.stack, details: error.details },
          };
        }
      },
    },
  ]);
};

module.exports = { open };
