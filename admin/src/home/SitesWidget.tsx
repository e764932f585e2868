import { Button, Flex, Link } from '@strapi/design-system';
import { Widget } from '@strapi/strapi/admin';
import { NavLink } from 'react-router-dom';
import { useMayManageLinks } from '../api/allowed';
import { useReplicationOverviewQuery } from '../api/replication-api';
import { useErrorText } from '../api/use-error-text';
import { usePoll } from '../api/use-poll';
import { silenceOf } from '../api/use-silence';
import { PAGE } from '../words/page-address';
import { useWords } from '../words/use-words';
import { SiteLine } from './SiteLine';
import { WaitsForPerson } from './WaitsForPerson';

const POLL = 30_000;

/** On the homepage: how it stands with each linked site, and what waits for a person. */
export const SitesWidget = () => {
  const say = useWords();
  const errorText = useErrorText();
  const mayLink = useMayManageLinks();
  // What was last seen on the page is not what is true now.
  const { data, error, isLoading, refetch } = useReplicationOverviewQuery(undefined, {
    pollingInterval: usePoll(POLL),
    refetchOnMountOrArgChange: true,
  });

  if (isLoading) return <Widget.Loading>{say('loading')}</Widget.Loading>;
  if (error || !data) {
    return (
      <Flex direction="column" justifyContent="center" gap={4} height="100%" paddingLeft={2} paddingRight={2}>
        <Flex direction="column" textAlign="center">
          <Widget.Error>{error ? errorText(error) : say('error')}</Widget.Error>
        </Flex>
        <Button variant="tertiary" size="S" onClick={() => void refetch()}>
          {say('try-again')}
        </Button>
      </Flex>
    );
  }

  const isSilent = silenceOf(data) !== null;
  const isAsked = data.question !== null || data.problems.length > 0 || data.brakes.length > 0;
  if (data.links.length === 0 && !isAsked) {
    return (
      <Flex direction="column" justifyContent="center" gap={4} height="100%" textAlign="center">
        <Flex direction="column">
          <Widget.NoData>{say(mayLink ? 'panel.empty' : 'sites.empty.not-allowed')}</Widget.NoData>
        </Flex>
        {mayLink && (
          <Link tag={NavLink} to={PAGE}>
            {say('panel.link')}
          </Link>
        )}
      </Flex>
    );
  }
  return (
    <Flex direction="column" alignItems="stretch" gap={4}>
      <WaitsForPerson overview={data} />
      <Flex tag="ul" direction="column" alignItems="stretch" gap={4}>
        {data.links.map((link) => (
          <SiteLine key={link.id} link={link} now={data.now} isSilent={isSilent} />
        ))}
      </Flex>
    </Flex>
  );
};
