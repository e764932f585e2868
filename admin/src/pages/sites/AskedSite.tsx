import { Flex, Loader, Typography } from '@strapi/design-system';
import type { LinkView, Site } from '../../../../server/src/contracts';
import { useReplicationOverviewQuery } from '../../api/replication-api';
import { useWords } from '../../words/use-words';
import { Fingerprint } from './Fingerprint';

/** Somebody is about to accept on the other site. */
const POLL = 2000;

interface Props {
  site: Site;
  /** As it is now, or as it was when it was asked. */
  link: LinkView;
}

/** The other site was asked: what both administrators compare, then what came of it and what is next. */
export const AskedSite = ({ site, link }: Props) => {
  const say = useWords();
  const { name, state } = link;
  useReplicationOverviewQuery(undefined, { pollingInterval: state === 'REQUESTED' ? POLL : 0 });
  if (state === 'REGISTERED') {
    return (
      <Flex direction="column" alignItems="stretch" gap={4} role="status">
        <Typography fontWeight="bold">{say('asked.linked', { name })}</Typography>
        <Typography>{say('site.setup-here', { name })}</Typography>
      </Flex>
    );
  }
  if (state === 'REFUSED') return <Typography role="status">{say('request.was-refused', { name })}</Typography>;
  return (
    <>
      <Flex gap={3} role="status" alignItems="flex-start">
        <Loader small>{say('loading')}</Loader>
        <Typography>{say('request.waiting', { name })}</Typography>
      </Flex>
      <Flex gap={4} wrap="wrap" alignItems="stretch">
        <Fingerprint title={say('other-site')} {...link} />
        <Fingerprint title={say('this-site.short')} {...site} />
      </Flex>
      <Typography textColor="neutral600">{say('asked.close')}</Typography>
    </>
  );
};
