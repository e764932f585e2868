import { Server } from '@strapi/icons';
import type { StrapiApp } from '@strapi/strapi/admin';
import { ACTIONS } from '../../server/src/contracts';
import { AlsoGoes } from './entry/AlsoGoes';
import { withReplication, type DocumentAction } from './entry/entry-actions';
import { StatusPanel } from './entry/StatusPanel';
import { withSitesTold, type BulkAction } from './entry/list-actions';
import { addStatusColumn } from './entry/status-column';
import { sitesWidget } from './home/sites-widget';
import en from './translations/en.json';
import { wordsOf } from './words/languages';

const PLUGIN_ID = 'replication';

type SidePanel = typeof StatusPanel & { type?: string };

/** What these take: the content manager's types are not part of Strapi's public ones. */
interface ContentManagerApis {
  addEditViewSidePanel(arrange: (panels: SidePanel[]) => SidePanel[]): void;
  addDocumentAction(arrange: (actions: DocumentAction[]) => DocumentAction[]): void;
  addBulkAction(arrange: (actions: BulkAction[]) => BulkAction[]): void;
}

export default {
  register(app: StrapiApp) {
    app.registerPlugin({ id: PLUGIN_ID, name: 'Replication' });
    app.addMenuLink({
      to: `plugins/${PLUGIN_ID}`,
      icon: Server,
      intlLabel: { id: `${PLUGIN_ID}.title`, defaultMessage: en.title },
      permissions: [{ action: ACTIONS.read, subject: null }],
      position: 5,
      Component: () => import('./pages/App').then(({ App }) => ({ default: App })),
    });
    app.widgets.register(sitesWidget);
  },

  bootstrap(app: StrapiApp) {
    const contentManager = app.getPlugin('content-manager');
    const apis = contentManager.apis as unknown as ContentManagerApis;
    // Right below the buttons: whether what one does is public elsewhere, too, is no footnote.
    apis.addEditViewSidePanel((panels) => {
      const buttons = panels.filter(({ type }) => type === 'actions');
      return [...buttons, StatusPanel, ...panels.filter(({ type }) => type !== 'actions')];
    });
    apis.addDocumentAction(withReplication);
    apis.addBulkAction(withSitesTold);
    contentManager.injectComponent('editView', 'right-links', { name: 'replication-also-goes', Component: AlsoGoes });
    app.registerHook('Admin/CM/pages/ListView/inject-column-in-table', addStatusColumn);
  },

  /** A language without a translation of ours shows English words. */
  async registerTrads({ locales }: { locales: string[] }) {
    return Promise.all(locales.map(async (locale) => ({ locale, data: prefixed(await wordsOf(locale)) })));
  },
};

const prefixed = (words: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(words).map(([word, text]) => [`${PLUGIN_ID}.${word}`, text]));
