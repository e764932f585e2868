import { Button, Flex, Typography } from '@strapi/design-system';
import type { LinkView } from '../../../../server/src/contracts';
import { useReplicationRulesQuery } from '../../api/replication-api';
import { useWords, type Word } from '../../words/use-words';
import { LoadFailed } from '../LoadFailed';
import { standingOf, type Standing } from './sharing-standing';

const WORDS: { [S in Exclude<Standing, 'shared'>]: Word } = {
  open: 'site.nothing-shared',
  theirs: 'site.theirs',
  quiet: 'site.quiet',
};

interface Props {
  link: LinkView;
  /** null: may not choose what is shared. */
  onSetUp: ((link: string) => void) | null;
}

/** What is still to be done so that something is shared, here or on the other site. */
export const SharingStanding = ({ link, onSetUp }: Props) => {
  const say = useWords();
  const { data: rules, error, refetch } = useReplicationRulesQuery(link.id);
  const failed = error && (
    <LoadFailed compact title={say('rules.error')} error={error} onRetry={() => void refetch()} />
  );
  if (!rules) return failed;
  const { id, name } = link;
  const standing = standingOf(link, rules);
  if (standing === 'shared') return failed;
  const isFree = rules.length === 0;
  return (
    <>
      {failed}
      <Flex justifyContent="space-between" gap={4} wrap="wrap">
        <Typography style={{ flex: 1, minWidth: '22rem' }}>
          {say(WORDS[standing], { name })} {standing === 'theirs' && isFree && onSetUp && say('site.theirs.both')}
          {standing === 'open' && say(onSetUp ? 'site.setup-here' : 'site.setup-not-allowed', { name })}
        </Typography>
        {isFree && onSetUp && (
          <Button variant={standing === 'open' ? 'default' : 'tertiary'} onClick={() => onSetUp(id)}>
            {say('setup.start')}
          </Button>
        )}
      </Flex>
    </>
  );
};
