import { Button, Flex, Typography } from '@strapi/design-system';
import type { LinkView, Site } from '../../../../server/src/contracts';
import { useMayManageLinks } from '../../api/allowed';
import { useActOnReplicationLinkMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { useWords } from '../../words/use-words';
import { Card } from '../Card';
import { Fingerprint } from './Fingerprint';
import { StateBadge } from '../../words/StateBadge';

/** Another site asks to be linked: both names and fingerprints, so that two people can compare them. */
export const RequestCard = ({ site, link }: { site: Site; link: LinkView }) => {
  const say = useWords();
  const show = useOutcome();
  const mayManage = useMayManageLinks();
  const [act, { isLoading }] = useActOnReplicationLinkMutation();
  const { id, name } = link;
  return (
    <Card label={name}>
      <Flex direction="column" alignItems="stretch" gap={4}>
        <Flex justifyContent="space-between" gap={4} wrap="wrap">
          <Typography variant="beta" tag="h2">
            {say('request.title', { name })}
          </Typography>
          <StateBadge variant="warning" size="S">
            {say('state.requesting')}
          </StateBadge>
        </Flex>
        <Typography>{say('request.compare', { name })}</Typography>
        <Flex gap={4} wrap="wrap" alignItems="stretch">
          <Fingerprint title={say('other-site')} {...link} />
          <Fingerprint title={say('this-site.short')} {...site} />
        </Flex>
        {mayManage ? (
          <Flex gap={2}>
            <Button
              loading={isLoading}
              onClick={() => void show(act({ id, act: 'accept' }), say('request.accepted', { name }))}
            >
              {say('request.accept')}
            </Button>
            <Button
              variant="danger-light"
              disabled={isLoading}
              onClick={() => void show(act({ id, act: 'refuse' }), say('request.refused', { name }))}
            >
              {say('request.refuse')}
            </Button>
          </Flex>
        ) : (
          <Typography textColor="neutral600">{say('request.not-allowed')}</Typography>
        )}
      </Flex>
    </Card>
  );
};
