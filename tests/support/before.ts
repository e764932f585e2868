import { assemble } from './app';

/** Before suites of real Strapi processes: the app is assembled from what the sources are now. */
export default async (): Promise<void> => {
  await assemble({ admin: false });
};
