import { kindOf, mayChange } from '../../../admin/src/entry/action-kinds';

const asking = (type: string, variant: string, position?: string[]) => ({ variant, position, dialog: { type } });

describe('what a button beside an entry does', () => {
  it('is what Strapi’s own say of themselves', () => {
    expect(kindOf('delete', asking('dialog', 'danger', ['header']))).toBe('delete');
    expect(kindOf('update', {})).toBe('update');
    expect([kindOf('history', asking('modal', 'secondary')), mayChange('history')]).toEqual([null, false]);
  });

  it('is told of i18n’s, which do not, by what they ask and where they are', () => {
    expect(mayChange(undefined)).toBe(true);
    expect(kindOf(undefined, asking('dialog', 'danger', ['header', 'table-row']))).toBe('delete-language');
    expect(kindOf(undefined, asking('modal', 'danger', ['panel']))).toBe('unpublish');
    expect(kindOf(undefined, asking('modal', 'secondary', ['panel']))).toBe('other');
    // Publishing several languages asks once more where one refers to drafts.
    expect(kindOf(undefined, asking('dialog', 'danger'))).toBe('other');
  });

  it('is nothing to an entry where another plugin’s asks nothing first', () => {
    expect(kindOf(undefined, { variant: 'secondary' })).toBeNull();
  });
});
