'use strict';

module.exports = ({ env }) => ({
  auth: { secret: env('ADMIN_JWT_SECRET') },
  apiToken: { salt: env('API_TOKEN_SALT') },
  transfer: { token: { salt: env('TRANSFER_TOKEN_SALT') } },
  secrets: { encryptionKey: env('ENCRYPTION_KEY') },
  flags: { nps: false, promoteEE: false, docLinks: true },
  // Tests log in far more often than a person does.
  rateLimit: { enabled: false },
  autoOpen: false,
  serveAdminPanel: env.bool('SERVE_ADMIN', true),
});
