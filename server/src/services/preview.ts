import type { Core } from '@strapi/types';
import type {
  DifferenceView,
  EntryName,
  MatchFields,
  MatchRequest,
  MatchResult,
  PreviewPage,
  PreviewRequest,
} from '../contracts';
import type { Engine } from '../replication/engine';
import { FILE_UID, keyOf, type EntityKey } from '../replication/entity';
import { Identity } from '../replication/identity';
import { matchFieldsOf } from '../replication/matching/match-fields';
import { mainField, nameEntries } from './entry-names';
import { mayReadField, type Ability } from './reading-rights';

export const readMatchFields = ({ schemas }: Engine): MatchFields =>
  Object.fromEntries(
    schemas
      .types()
      .filter((uid) => uid !== FILE_UID)
      .map((uid) => [uid, matchFieldsOf(schemas.type(uid)!)])
  );

/** A page of what sharing would do, with the names of the entries. */
export const readPreview = async (
  strapi: Core.Strapi,
  engine: Engine,
  ability: Ability | undefined,
  link: string,
  request: PreviewRequest
): Promise<PreviewPage> => {
  const { entries, ...page } = await engine.preview(link, request);
  const titleField = await mainField(strapi, request.uid);
  const mayName = titleField !== null && mayReadField(ability, request.uid, titleField);
  const named = await nameEntries(strapi, ability, new Map(entries.map((one) => [one.entity, one.documentId])));
  return {
    ...page,
    entries: entries.map(({ entity, documentId: _named, candidates, ...rest }) => ({
      ...named(entity),
      ...rest,
      candidates: candidates.map((one) => (mayName ? one : { ...one, title: null })),
    })),
  };
};

/** Of the fields that the caller may read. */
export const readDifference = async (
  engine: Engine,
  ability: Ability | undefined,
  link: string,
  request: Parameters<Engine['difference']>[1]
): Promise<DifferenceView> => {
  const { hidden, parts } = await engine.difference(link, request);
  return {
    hidden,
    parts: parts.map((row) => ({
      ...row,
      locale: row.locale === '-' ? '' : row.locale,
      fields: row.fields.filter(({ name }) => mayReadField(ability, request.uid, name)),
    })),
  };
};

/** Has a page of entries matched; those that the other site did not take are named. */
export const matchEntries = async (
  strapi: Core.Strapi,
  engine: Engine,
  ability: Ability | undefined,
  link: string,
  { choices, ...page }: MatchRequest
): Promise<MatchResult> => {
  const { uid } = page;
  const ids = await canonicalIds(
    engine,
    uid,
    choices.map(({ documentId }) => documentId)
  );
  const answer = await engine.match(
    link,
    page,
    choices.map(({ documentId, there }) => [ids.get(documentId)!, there])
  );
  const keys = new Map<EntityKey, string>(
    answer.refused.flatMap(({ id }) => {
      const documentId = answer.documents.get(id);
      return documentId === undefined ? [] : [[keyOf({ uid, id }), documentId]];
    })
  );
  const named = await nameEntries(strapi, ability, keys);
  return {
    cursor: answer.cursor,
    matched: answer.matched,
    files: answer.files,
    refused: answer.refused.map(({ id, code, message }): EntryName & { code: string; message: string } => ({
      ...named(keyOf({ uid, id })),
      code,
      message,
    })),
  };
};

const canonicalIds = (engine: Engine, uid: string, documentIds: string[]): Promise<Map<string, string>> =>
  engine.store.transaction(async (unit) => {
    const identity = await Identity.of(engine, unit);
    return new Map(documentIds.map((id) => [id, identity.canonical({ uid, id }).id]));
  });
