import { Server } from '@strapi/icons';
import type { StrapiApp } from '@strapi/strapi/admin';
import en from '../translations/en.json';
import { ACTIONS } from '../../../server/src/contracts';
import { PAGE } from '../words/page-address';

type WidgetArgs = Extract<Parameters<StrapiApp['widgets']['register']>[0], { id: string }>;

/** Strapi shows it on the homepage to those who may read, and asks nothing of us for anybody else. */
export const sitesWidget: WidgetArgs = {
  pluginId: 'replication',
  id: 'linked-sites',
  icon: Server,
  title: { id: 'replication.panel.title', defaultMessage: en['panel.title'] },
  link: { label: { id: 'replication.widget.open', defaultMessage: en['widget.open'] }, href: PAGE },
  permissions: [{ action: ACTIONS.read }],
  component: () => import('./SitesWidget').then(({ SitesWidget }) => SitesWidget),
};
