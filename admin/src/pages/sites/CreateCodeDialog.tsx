import { Button, Flex, Loader, Modal } from '@strapi/design-system';
import { Duplicate } from '@strapi/icons';
import { useClipboard, useNotification } from '@strapi/strapi/admin';
import { useEffect, useState } from 'react';
import type { LinkView, Site } from '../../../../server/src/contracts';
import { useIssueReplicationCodeMutation, useReplicationOverviewQuery } from '../../api/replication-api';
import { useWords } from '../../words/use-words';
import { LoadFailed } from '../LoadFailed';
import { Notice } from '../Notice';
import { OpenModal } from '../OpenModal';
import { Steps } from '../setup/Steps';
import { IssuedCode } from './IssuedCode';
import { RequestQuestion } from './RequestQuestion';

/** Somebody is about to paste the code on the other site. */
const POLL = 2000;

interface Props {
  site: Site;
  links: LinkView[];
  onClose: () => void;
}

/**
 * A code for the other site's administrator, then that site's request. Each opening makes a new one: a code is good once.
 */
export const CreateCodeDialog = ({ site, links, onClose }: Props) => {
  const say = useWords();
  const { copy } = useClipboard();
  const { toggleNotification } = useNotification();
  const [issue, { data, error }] = useIssueReplicationCodeMutation();
  useEffect(() => {
    void issue();
  }, [issue]);
  const { data: overview } = useReplicationOverviewQuery(undefined, { pollingInterval: POLL });
  const isExpired = data !== undefined && overview !== undefined && overview.now >= data.expiresAt;
  const [before] = useState(() => new Set(links.filter(isAsking).map(({ id }) => id)));
  const asking = links.find((link) => isAsking(link) && !before.has(link.id));

  const copyCode = async () => {
    if (!data) return;
    const copied = await copy(data.code);
    toggleNotification({
      type: copied ? 'success' : 'warning',
      message: say(copied ? 'code.copied' : 'code.not-copied'),
    });
  };

  return (
    <OpenModal onClose={onClose}>
      <Modal.Header closeLabel={say('close')}>
        <Modal.Title>{asking ? say('request.title', { name: asking.name }) : say('create-code')}</Modal.Title>
      </Modal.Header>
      <Modal.Body>
        <Flex direction="column" alignItems="stretch" gap={4}>
          <Steps at="link" />
          {asking ? (
            <RequestQuestion site={site} link={asking} onAnswered={onClose} />
          ) : error ? (
            <LoadFailed title={say('code.error')} error={error} onRetry={() => void issue()} />
          ) : isExpired ? (
            <Notice
              tone="warning"
              title={say('code.expired')}
              action={
                <Button size="S" variant="secondary" onClick={() => void issue()}>
                  {say('code.renew')}
                </Button>
              }
            >
              {say('code.expired.text')}
            </Notice>
          ) : data ? (
            <IssuedCode site={site} issued={data} />
          ) : (
            <Loader>{say('loading')}</Loader>
          )}
        </Flex>
      </Modal.Body>
      <Modal.Footer>
        <Modal.Close>
          <Button variant="tertiary">{say('close')}</Button>
        </Modal.Close>
        {!asking && (
          <Button startIcon={<Duplicate />} disabled={!data || isExpired} onClick={() => void copyCode()}>
            {say('code.copy')}
          </Button>
        )}
      </Modal.Footer>
    </OpenModal>
  );
};

const isAsking = ({ state }: LinkView): boolean => state === 'REQUESTING';
