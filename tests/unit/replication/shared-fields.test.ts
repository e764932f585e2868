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
