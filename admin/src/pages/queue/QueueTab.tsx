import {
  Button,
  EmptyStateLayout,
  Field,
  Flex,
  Loader,
  SingleSelect,
  SingleSelectOption,
  Typography,
} from '@strapi/design-system';
import { EmptyDocuments } from '@strapi/icons/symbols';
import { useState } from 'react';
import type { LinkView, QueueState } from '../../../../server/src/contracts';
import { useMayManageQueue } from '../../api/allowed';
import { useReplicationQueueQuery, useRetryReplicationLinkMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { usePoll } from '../../api/use-poll';
import { useWords } from '../../words/use-words';
import { NoSite } from '../NoSite';
import { LoadFailed } from '../LoadFailed';
import { SiteChoice } from '../SiteChoice';
import { QueueTable } from './QueueTable';

interface Props {
  links: LinkView[];
  site: string | null;
  /** Which of it is shown first, from the address of the page. */
  show: string | null;
  /** This site sends nothing at all; the page says why. */
  isSilent: boolean;
  onChoose: (site: string) => void;
}

const FILTERS = ['waiting', 'queued', 'held', 'failed', 'stopped'] as const satisfies readonly QueueState[];
const POLL = 3000;

/** What waits for one linked site, with the reason. */
export const QueueTab = ({ links, site, show, isSilent, onChoose }: Props) => {
  const say = useWords();
  const linked = links.filter(({ state }) => state === 'REGISTERED');
  const link = linked.find(({ id }) => id === site) ?? linked[0];
  const [state, setState] = useState(FILTERS.find((one) => one === show) ?? 'waiting');
  if (!link) return <NoSite links={links} />;
  return (
    <Flex direction="column" alignItems="stretch" gap={4}>
      <Flex gap={4} alignItems="flex-end" wrap="wrap">
        <SiteChoice links={linked} site={link.id} onChoose={onChoose} />
        <Field.Root>
          <Field.Label>{say('queue.filter')}</Field.Label>
          <SingleSelect value={state} onChange={(next) => setState(next as typeof state)}>
            {FILTERS.map((one) => (
              <SingleSelectOption key={one} value={one}>
                {say(`queue.${one}`)}
              </SingleSelectOption>
            ))}
          </SingleSelect>
        </Field.Root>
      </Flex>
      <Queue key={`${link.id} ${state}`} link={link} state={state} isSilent={isSilent} />
    </Flex>
  );
};

const Queue = ({ link, state, isSilent }: { link: LinkView; state: QueueState; isSilent: boolean }) => {
  const say = useWords();
  const show = useOutcome();
  const mayRetry = useMayManageQueue();
  const [page, setPage] = useState(1);
  const { data, error, refetch } = useReplicationQueueQuery(
    { id: link.id, state, page },
    { pollingInterval: usePoll(POLL) }
  );
  const [retryAll, { isLoading }] = useRetryReplicationLinkMutation();
  if (!data && !error) return <Loader>{say('loading')}</Loader>;
  const failed = error && (
    <LoadFailed title={say(data ? 'outdated' : 'queue.error')} error={error} onRetry={() => void refetch()} />
  );
  if (!data) return failed;
  if (data.total === 0) {
    return (
      <>
        {failed}
        <EmptyStateLayout
          icon={<EmptyDocuments width="16rem" />}
          content={say(state === 'waiting' ? 'queue.empty' : 'queue.empty.filtered', { name: link.name })}
        />
      </>
    );
  }
  const pages = Math.max(1, Math.ceil(data.total / data.pageSize));
  // What is delivered leaves the queue, and with it its last page.
  if (page > pages) setPage(pages);
  return (
    <>
      {failed}
      <Flex justifyContent="space-between" gap={4} wrap="wrap">
        <Typography textColor="neutral600">{say('queue.count', { count: data.total, name: link.name })}</Typography>
        {link.paused && <Typography textColor="neutral800">{say('reason.paused')}</Typography>}
        {mayRetry && !link.paused && !isSilent && (
          <Button
            variant="secondary"
            loading={isLoading}
            onClick={() => void show(retryAll(link.id), ({ retried }) => say('retry.all.done', { count: retried }))}
          >
            {say('retry.all')}
          </Button>
        )}
      </Flex>
      <QueueTable link={link} items={data.items} mayRetry={mayRetry && !link.paused} isSilent={isSilent} />
      {pages > 1 && (
        <Flex gap={2} justifyContent="flex-end" tag="nav" aria-label={say('queue.pages')}>
          <Button variant="tertiary" disabled={page <= 1} onClick={() => setPage(page - 1)}>
            {say('previous')}
          </Button>
          <Typography>{say('queue.page', { page, pages })}</Typography>
          <Button variant="tertiary" disabled={page >= pages} onClick={() => setPage(page + 1)}>
            {say('next')}
          </Button>
        </Flex>
      )}
    </>
  );
};
