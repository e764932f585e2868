import { Flex, Typography } from '@strapi/design-system';
import type { LinkView, Site } from '../../../../server/src/contracts';
import { StateBadge } from '../../words/StateBadge';
import { useWords } from '../../words/use-words';
import { Card } from '../Card';
import { RequestQuestion } from './RequestQuestion';

interface Props {
  site: Site;
  link: LinkView;
}

/** Another site asks to be linked. */
export const RequestCard = ({ site, link }: Props) => {
  const say = useWords();
  const { name } = link;
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
        <RequestQuestion site={site} link={link} />
      </Flex>
    </Card>
  );
};
