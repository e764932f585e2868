import type { Person } from '../../tests/browser/person';

/*
 * What people do in the screens that Strapi itself brings.
 */

const PASSWORD = 'Replicate-1st-run';

/** The page that a new site opens with. */
export const register = async (person: Person, firstname: string): Promise<void> => {
  const { page } = person;
  await page.goto('/admin');
  const field = (name: string) => page.locator(`input[name=${name}]`);
  await person.type(field('firstname'), firstname);
  await person.type(field('email'), `${firstname.toLowerCase()}@site.example`);
  await person.type(field('password'), PASSWORD);
  await person.type(field('confirmPassword'), PASSWORD);
  await person.click(page.locator('button[type=submit]'));
  await person.see(page.getByRole('link', { name: 'Content Manager' }));
};

const menu = (person: Person, name: string): Promise<void> =>
  person.leaveBy(person.page.getByRole('navigation').getByRole('link', { name, exact: true }));

export const openReplication = (person: Person): Promise<void> => menu(person, 'Replication');

export const openArticles = async (person: Person): Promise<void> => {
  await menu(person, 'Content Manager');
  await person.click(person.page.getByRole('link', { name: 'Article', exact: true }));
  await person.see(person.page.getByRole('heading', { name: 'Article', exact: true }));
};

/** Publishes all articles from their list: the example brings them as drafts. */
export const publishArticles = async (person: Person): Promise<void> => {
  const { page } = person;
  await openArticles(person);
  await person.click(page.getByRole('checkbox', { name: 'Select all entries' }));
  await person.press('Publish');
  const question = page.getByRole('dialog');
  await person.press('Publish', question);
  await person.press('Publish', page.getByRole('alertdialog'));
  await person.see('Published document');
};

/** Lets the public read articles: who may read what is never replicated, so a new site has to be told. */
export const letVisitorsRead = async (person: Person): Promise<void> => {
  const { page } = person;
  await menu(person, 'Settings');
  await person.click(page.getByRole('link', { name: 'Roles', exact: true }).last());
  await person.click(page.getByRole('gridcell', { name: 'Public', exact: true }));
  await person.click(page.getByRole('button', { name: /^Article/ }));
  await person.click(page.getByRole('checkbox', { name: 'find', exact: true }));
  await person.click(page.getByRole('checkbox', { name: 'findOne', exact: true }));
  await person.press('Save');
  await person.see('Role edited');
};

/** Opens an article from the list, gives it another title and publishes that. */
export const retitle = async (person: Person, title: string, changed: string): Promise<void> => {
  const { page } = person;
  await openArticles(person);
  await person.click(page.getByRole('gridcell', { name: title }));
  await person.type(page.getByRole('textbox', { name: 'title' }), changed);
  await person.press('Publish');
  await person.see('Published document');
};
