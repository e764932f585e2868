import { Page } from '@strapi/strapi/admin';
import { PAGE_PERMISSIONS } from '../api/allowed';
import { ReplicationPage } from './ReplicationPage';

export const App = () => (
  <Page.Protect permissions={PAGE_PERMISSIONS}>
    <ReplicationPage />
  </Page.Protect>
);
