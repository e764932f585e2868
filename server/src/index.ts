import { bootstrap } from './bootstrap';
import { defaultConfig, validateConfig } from './config';
import { adminControllers } from './controllers/admin';
import { peer } from './controllers/peer';
import { run } from './controllers/run';
import { destroy } from './destroy';
import { register } from './register';
import { adminRoutes } from './routes/admin';
import { contentApiRoutes } from './routes/content-api';
import { engine } from './services/engine';

/** Strapi's manifest of the server half. */
export default {
  register,
  bootstrap,
  destroy,
  config: { default: defaultConfig, validator: validateConfig },
  controllers: { ...adminControllers, peer, run },
  routes: { admin: adminRoutes, 'content-api': contentApiRoutes },
  services: { engine },
};
