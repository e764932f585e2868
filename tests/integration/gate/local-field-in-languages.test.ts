import { DATES, fresh } from './claims';
import { startWithSenders } from './hostile-site';

const PAGE = 'api::page.page';

describe('a field that is a site’s own, in an entry of several languages that is edited elsewhere', () => {
  it('is changed in all of them, and what they share is left as it is', async () => {
    const { honest, senders } = await startWithSenders(['Sender'], {
      contentTypes: { [PAGE]: { localFields: ['featured'] } },
    });
    const sender = await senders[0]!.speakTo(honest);
    const id = fresh();
    const page = sender.update(PAGE, id, {
      parts: {
        'en/draft': { fields: { title: 'English' }, dates: DATES },
        'de/draft': { fields: { title: 'Deutsch' }, dates: DATES },
        shared: { fields: { order: 3, layout: { columns: 2 } } },
      },
      message: { direction: 'SEND_ONLY' },
    });
    expect(await sender.send(page)).toEqual([{ status: 'applied' }]);
    const rows = () =>
      honest.run<any[], string>(
        (strapi, documentId) =>
          strapi.db
            .query('api::page.page')
            .findMany({ where: { documentId }, populate: ['layout'], orderBy: { locale: 'asc' } }),
        id
      );
    const before = await rows();
    expect(before.map(({ locale, order, layout }) => [locale, order, layout?.columns])).toEqual([
      ['de', 3, 2],
      ['en', 3, 2],
    ]);
    const update = (data: object) =>
      honest.run('return strapi.documents(args.uid).update(args.params)', {
        uid: PAGE,
        params: { documentId: id, locale: 'en', data },
      });
    await update({ featured: true });
    const after = await rows();
    expect(after.map(({ featured }) => featured)).toEqual([true, true]);
    expect(after.map(({ order, layout }) => ({ order, layout }))).toEqual(
      before.map(({ order, layout }) => ({ order, layout }))
    );
    await expect(update({ order: 4 })).rejects.toThrow(/read-only/);
    sender.close();
  });
});
