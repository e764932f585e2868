import { choiceOf, defaultConfig, validateConfig } from '../../server/src/config';

const ARTICLE = 'api::article.article';
const validate = (contentTypes: unknown) => () =>
  validateConfig({ ...defaultConfig(), contentTypes } as ReturnType<typeof defaultConfig>);

describe('contentTypes', () => {
  it('is heard in full unless it says otherwise', () => {
    expect(choiceOf(defaultConfig(), ARTICLE)).toEqual({ lifecycles: true, webhooks: 'each', localFields: [] });
    const contentTypes = { [ARTICLE]: { webhooks: 'never' as const, localFields: ['stock'] } };
    expect(validate(contentTypes)).not.toThrow();
    expect(choiceOf({ contentTypes }, ARTICLE)).toEqual({
      lifecycles: true,
      webhooks: 'never',
      localFields: ['stock'],
    });
    expect(choiceOf({ contentTypes }, 'api::tag.tag')).toEqual({ lifecycles: true, webhooks: 'each', localFields: [] });
  });

  it.each([
    [[], /must be an object such as/],
    [null, /must be an object such as/],
    [{ article: {} }, /“article” names no content type/],
    [{ [ARTICLE]: false }, /must be an object such as/],
    [{ [ARTICLE]: { lifecycles: 'no' } }, /“lifecycles” must be true or false/],
    [{ [ARTICLE]: { webhooks: 'sometimes' } }, /“webhooks” must be "each", "once" or "never"/],
    [{ [ARTICLE]: { webhook: 'each' } }, /has “webhook”. What can be set is lifecycles, webhooks and localFields/],
    [{ [ARTICLE]: { localFields: 'stock' } }, /“localFields” must be a list of names/],
    [{ [ARTICLE]: { localFields: [7] } }, /“localFields” must be a list of names/],
  ])('refuses %j and says what is wrong', (contentTypes, message) => {
    expect(validate(contentTypes)).toThrow(message as RegExp);
  });
});

describe('history', () => {
  const of = (history: unknown) => () =>
    validateConfig({ ...defaultConfig(), history } as ReturnType<typeof defaultConfig>);

  it('is kept for ever, or for so many days and versions', () => {
    expect(of(false)).not.toThrow();
    expect(of({ days: 1, versions: 10 })).not.toThrow();
    expect(of(defaultConfig().history)).not.toThrow();
  });

  it.each([
    [true, /must be an object such as/],
    [{ days: 90 }, /“history.versions” must be a whole number, at least 10/],
    [{ days: 90, versions: 3 }, /“history.versions” must be a whole number, at least 10/],
    [{ days: 0, versions: 50 }, /“history.days” must be a whole number, at least 1/],
    [{ days: '90', versions: 50 }, /“history.days”/],
    [{ days: 90, versions: 50, weeks: 1 }, /has “weeks”/],
  ])('refuses %j and says what is wrong', (history, message) => {
    expect(of(history)).toThrow(message as RegExp);
  });
});
