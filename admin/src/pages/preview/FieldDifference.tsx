import { Box, Flex, Typography } from '@strapi/design-system';
import type { DifferencePart } from '../../../../server/src/contracts';
import { useWords } from '../../words/use-words';
import { aroundDifference, valueText } from './value-text';

interface Props {
  field: DifferencePart['fields'][number];
  name: string;
}

/** One field, as it is here and as it is there: beside each other, or below where there is no room. */
export const FieldDifference = ({ field, name }: Props) => {
  const say = useWords();
  const here = valueText(field.here);
  const there = valueText(field.there);
  const [shownHere, shownThere] = here !== null && there !== null ? aroundDifference(here, there) : [here, there];
  return (
    <Box background="neutral0" hasRadius padding={3}>
      <Typography fontWeight="bold">{field.name}</Typography>
      <Flex gap={3} wrap="wrap" alignItems="stretch" paddingTop={2}>
        <Side title={say('difference.here')} of={field.name} text={shownHere} />
        <Side title={say('difference.there', { name })} of={field.name} text={shownThere} />
      </Flex>
    </Box>
  );
};

const Side = ({ title, of, text }: { title: string; of: string; text: string | null }) => {
  const say = useWords();
  return (
    <Box flex="1" minWidth="22rem">
      <Typography variant="pi" textColor="neutral600">
        {title}
      </Typography>
      {/* Long values scroll, also by the keyboard. */}
      <Box
        tabIndex={0}
        role="group"
        aria-label={`${of}: ${title}`}
        maxHeight="24rem"
        overflow="auto"
        style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
      >
        <Typography textColor={text === null ? 'neutral600' : 'neutral800'}>
          {text ?? say('difference.empty')}
        </Typography>
      </Box>
    </Box>
  );
};
