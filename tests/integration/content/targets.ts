import type { Core } from '@strapi/strapi';

/** A published entry to refer to; answers its documentId. */
export const newTarget = async (strapi: Core.Strapi, name: string): Promise<string> => {
  const { documentId } = await strapi
    .documents('api::target.target' as never)
    .create({ data: { name } as never, status: 'published' } as never);
  return documentId;
};

/** A file's row without bytes; answers its documentId. */
export const newFile = async (strapi: Core.Strapi, name: string): Promise<string> => {
  const hash = `${name}_1a2b`;
  const url = `/uploads/${hash}.png`;
  const file = await strapi.db.query('plugin::upload.file').create({
    data: { name, hash, ext: '.png', mime: 'image/png', size: 1, url, provider: 'local', folderPath: '/' },
  });
  return file.documentId;
};
