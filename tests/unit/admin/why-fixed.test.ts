import { whyFixed } from '../../../admin/src/pages/rules/why-fixed';

const everything = { level: 'EVERYTHING', direction: 'BOTH' } as const;
const published = { level: 'PUBLISHED', direction: 'SEND_ONLY' } as const;

describe('who edits the entries of a type', () => {
  it('is a choice where drafts are shared by its own rule', () => {
    expect(whyFixed(everything, everything)).toBeNull();
  });

  it('is no choice, for a reason, where only what is published goes, where it follows others, and where none is made', () => {
    expect(whyFixed(published, published)).toBe('direction.why.published');
    expect(whyFixed(null, everything)).toBe('direction.why.others');
    expect(whyFixed(null, null)).toBe('direction.why.theirs');
  });
});
