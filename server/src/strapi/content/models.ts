import type { Core } from '@strapi/strapi';

/**
 * What this folder relies on of Strapi's models. Strapi's own types describe them with generics that cannot be walked;
 * they are narrowed here, once.
 */
export interface AttributeDefinition {
  type: string;
  relation?: string;
  target?: string;
  mappedBy?: string;
  inversedBy?: string;
  morphBy?: string;
  multiple?: boolean;
  component?: string;
  components?: string[];
  repeatable?: boolean;
  unstable_virtual?: boolean;
  pluginOptions?: Record<string, unknown>;
  [option: string]: unknown;
}

export interface Model {
  uid: string;
  kind?: 'singleType' | 'collectionType';
  modelName: string;
  collectionName: string;
  modelType: 'contentType' | 'component';
  attributes: Record<string, AttributeDefinition>;
  options?: { draftAndPublish?: boolean };
  pluginOptions?: { 'content-manager'?: { visible?: boolean }; i18n?: { localized?: boolean } };
}

interface JoinColumn {
  name: string;
  referencedColumn: string;
}

/** A relational attribute as the database layer sees it: media, components and zones are relations there. */
export interface DatabaseAttribute {
  type: string;
  relation?: string;
  target?: string;
  owner?: boolean;
  mappedBy?: string;
  inversedBy?: string;
  morphBy?: string;
  columnName?: string;
  default?: unknown;
  useJoinTable?: boolean;
  joinColumn?: JoinColumn;
  morphColumn?: { idColumn: JoinColumn; typeColumn: { name: string } };
  joinTable?: {
    name: string;
    joinColumn: JoinColumn;
    inverseJoinColumn?: JoinColumn;
    morphColumn?: { idColumn: JoinColumn; typeColumn: { name: string }; typeField?: string };
    on?: Record<string, string>;
    orderColumnName?: string;
    inverseOrderColumnName?: string;
  };
}

export interface DatabaseModel {
  uid: string;
  tableName: string;
  attributes: Record<string, DatabaseAttribute>;
}

/** The model of a content type or component, or null where this site has none. */
export const modelOf = (strapi: Core.Strapi, uid: string): Model | null =>
  (strapi.getModel(uid as never) as unknown as Model | undefined) ?? null;

/** Throws where the database layer does not know the model. */
export const databaseModelOf = (strapi: Core.Strapi, uid: string): DatabaseModel =>
  strapi.db.metadata.get(uid) as unknown as DatabaseModel;

export const hasDrafts = (model: Model): boolean => model.options?.draftAndPublish === true;
