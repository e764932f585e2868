import { Button, Flex, Loader, Modal } from '@strapi/design-system';
import { Duplicate } from '@strapi/icons';
import { useClipboard, useNotification } from '@strapi/strapi/admin';
import { useEffect, useState } from 'react';
import type { LinkView, Site } from '../../../../server/src/contracts';
import { useIssueReplicationCodeMutation, useReplicationOverviewQuery } from '../../api/replication-api';
import { useWords } from '../../words/use-words';
import { LoadFailed } from '../LoadFailed';
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
  useReplicationOverviewQuery(undefined, { pollingInterval: POLL });
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
    <Modal.Root open onOpenChange={onClose}>
      <Modal.Content>
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
            <Button startIcon={<Duplicate />} disabled={!data} onClick={() => void copyCode()}>
              {say('code.copy')}
            </Button>
          )}
        </Modal.Footer>
      </Modal.Content>
    </Modal.Root>
  );
};

const isAsking = ({ state }: LinkView): boolean => state === 'REQUESTING';
