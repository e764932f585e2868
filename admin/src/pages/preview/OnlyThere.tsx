import { Box, Flex, Typography } from '@strapi/design-system';
import { useWords } from '../../words/use-words';
import type { TypePreview } from './preview-run';
import { mayBeHere, onlyThere } from './preview-sums';
import { meaningOfOnlyThere, type Intent } from './preview-words';

interface Props {
  name: string;
  preview: TypePreview;
  intent: Intent;
}

/** Entries there that were found by none of here: how many. Which ones, a site tells nobody who has not got them. */
export const OnlyThere = ({ name, preview, intent }: Props) => {
  const say = useWords();
  const count = onlyThere(preview);
  const isUnsure = mayBeHere(preview) > 0;
  const told = [
    isUnsure && say('meaning.more-there', { name }),
    intent === 'plan' && meaningOfOnlyThere(say, { types: [preview] }, name, count),
    say('meaning.untold', { name, count }),
  ];
  return (
    <Flex gap={3} wrap="wrap" alignItems="baseline">
      <Typography fontWeight="bold">
        {say(isUnsure ? 'group.more-there' : 'group.only-there', { count, name })}
      </Typography>
      <Box flex="1" minWidth="22rem">
        <Typography textColor="neutral600">{told.filter((sentence) => sentence !== false).join(' ')}</Typography>
      </Box>
    </Flex>
  );
};
