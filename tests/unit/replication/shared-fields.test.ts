import { recordBatch } from '../../../server/src/replication/capture/record';
import { ARTICLE } from '../../support/world/catalogue';
import { all, Scene } from '../../support/world/scene';

const EDITOR = { id: 'editor', name: 'Editor' };

it('a field that all languages share is made equal in all drafts where it was saved in one alone', async () => {
  const scene = await Scene.of('first', 'second');
  await scene.link('first', 'second');
  await scene.rules('first', 'second', [all('EVERYTHING')]);
  const save = (language: string, title: string, code: string) =>
    scene.save('first', ARTICLE, 'a', 'draft', { title, code }, EDITOR, language);
  save('en', 'One', 'old');
  save('de', 'Eins', 'old');
  await scene.settle();
  // The site ended before it had copied the field to the other language.
  save('en', 'One', 'new');
  await scene.settle();
  for (const site of ['first', 'second']) {
    expect(scene.rows(site, ARTICLE)).toEqual({
      'a en/draft': { title: 'One', code: 'new' },
      'a de/draft': { title: 'Eins', code: 'new' },
    });
  }
});

it('is made equal also where what was saved in one draft alone is what the history has', async () => {
  const scene = await Scene.of('first', 'second');
  await scene.link('first', 'second');
  await scene.rules('first', 'second', [all('EVERYTHING', 'BOTH')]);
  await scene.rules('second', 'first', [all('EVERYTHING', 'BOTH')]);
  const save = (site: string, language: string, title: string, code: string, actor: typeof EDITOR | null) =>
    scene.save(site, ARTICLE, 'a', 'draft', { title, code }, actor, language);
  save('first', 'en', 'One', 'old', EDITOR);
  save('first', 'de', 'Eins', 'old', EDITOR);
  await scene.settle();
  save('second', 'en', 'One', 'of second', null);
  save('second', 'de', 'Eins', 'of second', null);
  await scene.settle();
  // A hook corrects what the other site's has written; then comes the copy of what was there before.
  save('first', 'en', 'One', 'of first', null);
  save('first', 'de', 'Eins', 'of first', null);
  await recordBatch(scene.site('first').process!.context);
  save('first', 'de', 'Eins', 'of second', EDITOR);
  await scene.settle();
  const codes = Object.values(scene.rows('first', ARTICLE)).map(({ code }) => code);
  expect(codes).toEqual(['of second', 'of second']);
});
