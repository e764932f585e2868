import { Button } from '@strapi/design-system';
import { Layouts, Page, useAPIErrorHandler } from '@strapi/strapi/admin';
import { useState } from 'react';
import type { LinkView, Site } from '../../../../server/src/contracts';
import {
  useReplicationMatchFieldsQuery,
  useReplicationRulesQuery,
  useReplicationTypesQuery,
} from '../../api/replication-api';
import { useWords } from '../../words/use-words';
import { Notice } from '../Notice';
import { SetupWizard } from './SetupWizard';

interface Props {
  site: Site;
  link: LinkView;
  onClose: () => void;
  onShowRules: () => void;
  onShowQueue: () => void;
}

/** Sets up what is shared with a linked site, as long as no rules say so. */
export const SetupPage = ({ site, link, onClose, onShowRules, onShowQueue }: Props) => {
  const say = useWords();
  const { formatAPIError } = useAPIErrorHandler();
  const [isSent, setSent] = useState(false);
  const rules = useReplicationRulesQuery(link.id);
  const types = useReplicationTypesQuery(undefined, { refetchOnMountOrArgChange: true });
  const fields = useReplicationMatchFieldsQuery(link.id);
  const { name } = link;
  const error = rules.error ?? types.error ?? fields.error;
  const retry = () => {
    void rules.refetch();
    void types.refetch();
    void fields.refetch();
  };
  const cancel = (
    <Button variant="tertiary" onClick={onClose}>
      {say('cancel')}
    </Button>
  );
  return (
    <Page.Main>
      <Page.Title>{say('setup.title', { name })}</Page.Title>
      <Layouts.Header title={say('setup.title', { name })} subtitle={isSent ? undefined : say('setup.subtitle')} />
      <Layouts.Content>
        {error ? (
          <Notice
            tone="danger"
            title={say('setup.error')}
            action={
              <>
                <Button size="S" variant="secondary" onClick={retry}>
                  {say('try-again')}
                </Button>{' '}
                {cancel}
              </>
            }
          >
            {formatAPIError(error as never)}
          </Notice>
        ) : rules.data && types.data && fields.data ? (
          <SetupWizard
            key={link.id}
            site={site}
            link={link}
            saved={rules.data}
            types={types.data}
            fields={fields.data}
            onSent={() => setSent(true)}
            onClose={onClose}
            onShowRules={onShowRules}
            onShowQueue={onShowQueue}
          />
        ) : (
          <Page.Loading>{say('loading')}</Page.Loading>
        )}
      </Layouts.Content>
    </Page.Main>
  );
};
