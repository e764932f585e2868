import { fileForm, type Query, type Rest } from './rest';

export interface At {
  locale?: string;
  /** For single types. */
  single?: boolean;
}

/**
 * What an editor does, done as the admin panel does it: through the content manager's routes. Every action gives the
 * entry as the content manager answers it.
 */
export interface Editor {
  create(uid: string, data: object, at?: At): Promise<any>;
  update(uid: string, documentId: string, data: object, at?: At): Promise<any>;
  read(uid: string, documentId: string, query?: Query): Promise<any>;
  /** Saves what is given and publishes. */
  publish(uid: string, documentId: string, data?: object, at?: At): Promise<any>;
  unpublish(uid: string, documentId: string, at?: At & { discardDraft?: boolean }): Promise<any>;
  discard(uid: string, documentId: string, at?: At): Promise<any>;
  clone(uid: string, documentId: string, data: object, at?: At): Promise<any>;
  /** One locale, or all of them where none is named. */
  remove(uid: string, documentId: string, at?: At): Promise<void>;
  upload(name: string, bytes: Uint8Array, type: string, fileInfo?: Record<string, unknown>): Promise<any>;
  /** Its name in the media library. */
  renameFile(id: number, name: string): Promise<any>;
  replaceFile(id: number, name: string, bytes: Uint8Array, type: string): Promise<any>;
  removeFile(id: number): Promise<void>;
}

export const editorOf = (admin: Rest): Editor => {
  const base = (uid: string, at?: At) => `/content-manager/${at?.single ? 'single-types' : 'collection-types'}/${uid}`;
  const entry = (uid: string, id: string, at?: At) => (at?.single ? base(uid, at) : `${base(uid)}/${id}`);
  const where = (at?: At): Query => ({ locale: at?.locale });
  const data = async (answer: Promise<any>) => (await answer).data;
  return {
    create: (uid, values, at) =>
      data(at?.single ? admin.put(base(uid, at), values, where(at)) : admin.post(base(uid), values, where(at))),
    update: (uid, id, values, at) => data(admin.put(entry(uid, id, at), values, where(at))),
    read: (uid, id, query) => data(admin.get(`${base(uid)}/${id}`, query)),
    publish: (uid, id, values = {}, at) => data(admin.post(`${entry(uid, id, at)}/actions/publish`, values, where(at))),
    unpublish: (uid, id, at) =>
      data(
        admin.post(`${entry(uid, id, at)}/actions/unpublish`, { discardDraft: at?.discardDraft ?? false }, where(at))
      ),
    discard: (uid, id, at) => data(admin.post(`${entry(uid, id, at)}/actions/discard`, {}, where(at))),
    clone: (uid, id, values, at) => data(admin.post(`${base(uid)}/clone/${id}`, values, where(at))),
    remove: async (uid, id, at) => {
      await admin.delete(entry(uid, id, at), { locale: at?.locale ?? '*' });
    },
    upload: async (name, bytes, type, fileInfo) =>
      (await admin.post('/upload', fileForm(name, bytes, type, fileInfo)))[0],
    renameFile: (id, name) => {
      const form = new FormData();
      form.append('fileInfo', JSON.stringify({ name }));
      return admin.post('/upload', form, { id });
    },
    replaceFile: async (id, name, bytes, type) => {
      const answer = await admin.post('/upload', fileForm(name, bytes, type), { id });
      return Array.isArray(answer) ? answer[0] : answer;
    },
    removeFile: async (id) => {
      await admin.delete(`/upload/files/${id}`);
    },
  };
};
