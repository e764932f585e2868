import {
  entryParams,
  queueQuery,
  read,
  renameBody,
  rulesBody,
  statusBody,
} from '../../../server/src/controllers/admin/input';

const rule = { scope: 'type', uid: 'api::article.article', level: 'EVERYTHING', direction: 'BOTH' };

describe('what callers may send', () => {
  it('is refused with the name of each wrong field', () => {
    expect(() => read(rulesBody, { rules: [{ ...rule, level: 'ALL' }] })).toThrow(/rules\.0\.level/);
    expect(() => read(renameBody, { name: '  ' })).toThrow(/name/);
  });

  it('is refused where an option is misspelt', () => {
    expect(() => read(renameBody, { name: 'Live', nmae: 'x' })).toThrow(/nmae/);
  });

  it('names a type exactly where a rule is about one', () => {
    expect(() => read(rulesBody, { rules: [{ ...rule, uid: '' }] })).toThrow(/uid/);
    expect(() => read(rulesBody, { rules: [{ ...rule, scope: 'instance' }] })).toThrow(/uid/);
    expect(read(rulesBody, { rules: [rule, { ...rule, scope: 'instance', uid: '' }] }).rules).toHaveLength(2);
  });

  it('has one rule for a type', () => {
    expect(() => read(rulesBody, { rules: [rule, rule] })).toThrow(/two rules/);
  });

  it('is bounded', () => {
    expect(() => read(statusBody, { uid: rule.uid, documentIds: Array(201).fill('a') })).toThrow(/documentIds/);
    expect(() => read(queueQuery, { page: '201' })).toThrow(/page/);
    expect(() => read(entryParams, { uid: "api::x' OR 1", documentId: 'a' })).toThrow(/uid/);
  });

  it('has nothing in it that no database holds', () => {
    expect(() => read(entryParams, { uid: rule.uid, documentId: 'a\u0000' })).toThrow(/documentId/);
    expect(() => read(renameBody, { name: 'Live\u0000' })).toThrow(/name/);
  });

  it('has defaults where it is left out', () => {
    expect(read(queueQuery, {})).toEqual({ state: 'waiting', page: 1, pageSize: 20 });
    expect(read(queueQuery, { page: '3', state: 'failed' })).toMatchObject({ page: 3, state: 'failed' });
  });

  it('carries a machine code in its refusal', () => {
    const refusal = (() => {
      try {
        return read(renameBody, null);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toMatchObject({ name: 'ValidationError', details: { code: 'INVALID_INPUT' } });
  });
});
