import { startInstance, type Instance } from '../support/instance';

describe('an instance of the playground', () => {
  let site: Instance;

  beforeAll(async () => {
    site = await startInstance({ name: 'site', seed: 'content' });
  });

  it('has the plugin as npm would install it', async () => {
    const enabled = await site.run((strapi) => Boolean(strapi.plugin('replication')));
    expect(enabled).toBe(true);
  });

  it('shows the public the published articles of the official example', async () => {
    const { data } = await site.visitor().get('/api/articles', { populate: '*' });
    expect(data.length).toBeGreaterThanOrEqual(4);
    expect(data[0].cover.url).toMatch(/^\/uploads\//);
    const picture = await fetch(`${site.url}${data[0].cover.url}`);
    expect(picture.status).toBe(200);
  });

  it('has a page tree in two languages', async () => {
    const { data } = await site.visitor().get('/api/pages', { locale: 'de', populate: ['parent', 'layout', 'image'] });
    expect(data.map((page: any) => page.title).sort()).toEqual(['Kontakt', 'Mannschaft', 'Startseite', 'Unternehmen']);
    const team = data.find((page: any) => page.title === 'Mannschaft');
    expect(team).toMatchObject({ parent: { title: 'Unternehmen' }, order: 3, layout: { theme: 'light' } });
  });

  it('lets an editor do all that the content manager offers', async () => {
    const editor = await site.editor();
    const uid = 'api::kitchen.kitchen';
    const made = await editor.create(uid, { string: 'one', shade: 'teal', simples: [{ label: 'a' }, { label: 'b' }] });
    await editor.publish(uid, made.documentId, { string: 'two' });
    await editor.update(uid, made.documentId, { string: 'three' });
    const discarded = await editor.discard(uid, made.documentId);
    expect(discarded).toMatchObject({ string: 'two', shade: 'teal' });
    const copy = await editor.clone(uid, made.documentId, { string: 'copy' });
    expect(copy).toMatchObject({ string: 'copy', simples: [{ label: 'a' }, { label: 'b' }] });
    await editor.unpublish(uid, made.documentId);
    await editor.remove(uid, made.documentId);
    const { data } = await site.rest().get('/api/kitchens', { status: 'draft' });
    expect(data.map((entry: any) => entry.documentId)).toEqual([copy.documentId]);
  });

  it('takes uploads and replaces their bytes in place', async () => {
    const editor = await site.editor();
    const file = await editor.upload('note.txt', Buffer.from('first'), 'text/plain', { caption: 'A note' });
    const replaced = await editor.replaceFile(file.id, 'note.txt', Buffer.from('second'), 'text/plain');
    expect(replaced.hash).toBe(file.hash);
    expect(await (await fetch(`${site.url}${replaced.url}`)).text()).toBe('second');
  });

  it('keeps its content over a crash', async () => {
    const { documentId } = await site.run((strapi) =>
      strapi
        .documents('api::kitchen-plain.kitchen-plain')
        .create({ data: { string: 'kept', biginteger: '9007199254740991' } })
    );
    await site.restart('SIGKILL');
    const { data } = await site.rest().get(`/api/kitchen-plains/${documentId}`);
    expect(data).toMatchObject({ string: 'kept', biginteger: '9007199254740991' });
  });
});
