'use strict';

/** How one gets into a playground: never a real site's, and only ever served on the loopback interface. */
module.exports = {
  ADMINISTRATOR: { firstname: 'Ada', lastname: 'Admin', email: 'admin@example.com', password: 'Playground1' },
  API_TOKEN: 'playground'.repeat(12),
};
