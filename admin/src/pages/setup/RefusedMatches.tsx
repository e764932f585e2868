import { Box, Flex, Typography } from '@strapi/design-system';
import { entryWord } from '../../words/sharing-words';
import { useWords } from '../../words/use-words';
import { Card } from '../Card';
import { Notice } from '../Notice';
import type { Matching } from './matching';

const SHOWN = 50;

/** Entries that the other site did not take for the same. Nothing was sent, and a person says whether it goes on. */
export const RefusedMatches = ({ name, refused }: { name: string; refused: Matching['refused'] }) => {
  const say = useWords();
  return (
    <Flex direction="column" alignItems="stretch" gap={3}>
      <Notice tone="warning" title={say('send.refused', { count: refused.length, name })}>
        {say('send.refused.text', { name })}
      </Notice>
      <Card label={say('send.refused', { count: refused.length, name })}>
        <Flex tag="ul" direction="column" alignItems="stretch" gap={2}>
          {refused.slice(0, SHOWN).map((one) => (
            <Box tag="li" key={`${one.uid}/${one.id}`}>
              <Typography fontWeight="bold">{entryWord(one)}</Typography>{' '}
              <Typography style={{ overflowWrap: 'anywhere' }}>{one.message}</Typography>
            </Box>
          ))}
        </Flex>
      </Card>
      {refused.length > SHOWN && (
        <Typography textColor="neutral600">{say('compare.more', { count: refused.length - SHOWN })}</Typography>
      )}
    </Flex>
  );
};
