import { Box, Flex, Radio, Typography } from '@strapi/design-system';
import { useId } from 'react';
import { useWords, type Word } from '../../words/use-words';
import type { Purpose } from './purposes';

const WORDS: { [P in Purpose]: { title: Word; text: Word; facts: readonly Word[] } } = {
  publish: {
    title: 'purpose.publish',
    text: 'purpose.publish.text',
    facts: ['purpose.publish.read-only', 'purpose.publish.deletes'],
  },
  both: { title: 'purpose.both', text: 'purpose.both.text', facts: ['purpose.both.conflict', 'purpose.both.there'] },
  configure: { title: 'purpose.configure', text: 'purpose.configure.text', facts: [] },
};

interface Props {
  purpose: Purpose;
  /** This site, and the other one. */
  site: string;
  name: string;
  isChosen: boolean;
}

/** One answer to what the link is for, with what it means. */
export const PurposeOption = ({ purpose, site, name, isChosen }: Props) => {
  const say = useWords();
  const description = useId();
  const { title, text, facts } = WORDS[purpose];
  return (
    <Box
      borderColor={isChosen ? 'primary600' : 'neutral200'}
      background={isChosen ? 'primary100' : 'neutral0'}
      hasRadius
      padding={4}
    >
      <Radio.Item value={purpose} aria-describedby={description}>
        <Typography fontWeight="bold">{say(title, { site, name })}</Typography>
      </Radio.Item>
      <Flex id={description} direction="column" alignItems="flex-start" gap={1} paddingTop={2} paddingLeft={7}>
        <Typography>{say(text, { site, name })}</Typography>
        {isChosen &&
          facts.map((fact) => (
            <Typography key={fact} textColor="neutral700">
              {say(fact, { site, name })}
            </Typography>
          ))}
      </Flex>
    </Box>
  );
};
