'use strict';

/**
 * The kitchen's custom field. It is registered before any other plugin's code runs: the cache plugin looks at the routes
 * of all types while it registers, long before the site's own `register`. Where the field is known by its plugin there,
 * nothing like this is needed.
 */
module.exports = (plugin) => {
  const { register } = plugin;
  plugin.register = (context) => {
    context.strapi.customFields.register({ name: 'shade', type: 'string' });
    return register?.(context);
  };
  return plugin;
};
