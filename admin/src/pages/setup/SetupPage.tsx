import { Button } from '@strapi/design-system';
import { Layouts, Page } from '@strapi/strapi/admin';
import { useState } from 'react';
import type { LinkView, Site } from '../../../../server/src/contracts';
import { useWords } from '../../words/use-words';
import { LoadFailed } from '../LoadFailed';
import { useComparable } from '../preview/use-comparable';
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
  const [isSent, setSent] = useState(false);
  const { data, error, retry } = useComparable(link.id);
  const { name } = link;
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
        {data ? (
          <SetupWizard
            site={site}
            link={link}
            saved={data.rules}
            types={data.types}
            fields={data.fields}
            onSent={() => setSent(true)}
            onClose={onClose}
            onShowRules={onShowRules}
            onShowQueue={onShowQueue}
          />
        ) : error ? (
          <LoadFailed title={say('setup.error')} error={error} onRetry={retry} also={cancel} />
        ) : (
          <Page.Loading>{say('loading')}</Page.Loading>
        )}
      </Layouts.Content>
    </Page.Main>
  );
};
