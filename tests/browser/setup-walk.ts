import type { Person } from './person';

/*
 * What two people do who have never linked any sites: one on the site where entries are edited, one on the site that
 * shows them. Each step begins on the Replication page and ends where both have seen that it was done.
 */

/** One of the two, and what both call their site. */
export interface Side {
  site: string;
  person: Person;
}

export interface BothSides {
  staging: Side;
  live: Side;
}

/** A code from live is pasted on staging, whose request is accepted on live. */
export const linkByCode = async ({ staging, live }: BothSides): Promise<void> => {
  const here = staging.person;
  const there = live.person;
  await there.press('Create link code');
  const issued = there.page.getByRole('textbox', { name: 'Link code' });
  await issued.waitFor();
  await there.press('Copy code');
  await there.see('The code is copied');

  await here.press('I have a code');
  await here.paste(here.page.getByRole('textbox', { name: 'Link code' }), await issued.inputValue());
  await here.press('Continue');
  await here.press('Ask to be linked');
  await here.see(`Waiting until the administrator of ${live.site} accepts.`);

  const question = there.page.getByRole('dialog');
  await there.see(question.getByText(`${staging.site} asks to be linked`));
  await there.press('Accept', question);
  await here.see(`${live.site} has accepted: both sites are linked.`);
  await there.see(`If they are edited on ${staging.site}, it is set up there, and there is nothing to do here.`);
};

/** Staging → live, as the wizard suggests it, up to where everything is compared and nothing has been sent. */
export const compareBeforeSending = async ({ staging, live }: BothSides): Promise<void> => {
  const here = staging.person;
  await here.press('Set up sharing', here.page.getByRole('dialog'));
  await here.see(here.page.getByRole('radio', { name: `${staging.site} → ${live.site}`, checked: true }));
  await here.press('Continue');
  await here.see(here.page.getByText('Everything is compared.', { exact: true }));
};

/** Sends, and stays until all of it has arrived. */
export const send = async ({ staging, live }: BothSides): Promise<void> => {
  const here = staging.person;
  await here.press('Continue');
  await here.press('Send');
  await here.see(here.page.getByRole('heading', { name: `Sharing with ${live.site} is set up` }));
  await here.see(here.page.getByText(new RegExp(`^(\\d+) of \\1 entries and files are up to date on ${live.site}`)));
};

export const finish = async ({ staging, live }: BothSides): Promise<void> => {
  await staging.person.press('Done');
  await live.person.see(`${staging.site} has chosen what is shared. There is nothing to do here.`);
};
