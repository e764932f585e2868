import { Box, Button, Flex, TextButton, Typography } from '@strapi/design-system';
import { CaretDown, CaretUp } from '@strapi/icons';
import { useId, useState } from 'react';
import type { LinkView } from '../../../../server/src/contracts';
import { useWords } from '../../words/use-words';
import { EntryLine } from './EntryLine';
import type { Group, TypePreview } from './preview-run';
import { groupMeaning, groupWord, type Intent } from './preview-words';
import type { ChangeRun } from './use-preview';

const STEP = 20;

interface Props {
  link: LinkView;
  /** The content type's name. */
  title: string;
  group: Group;
  preview: TypePreview;
  intent: Intent;
  onChange: ChangeRun;
}

/** Entries to which the same happens: how many, what, and on demand which. What is to be decided is open at once. */
export const EntryGroup = ({ link, title, group, preview, intent, onChange }: Props) => {
  const say = useWords();
  const list = useId();
  const [isOpen, setOpen] = useState(group === 'ambiguous');
  const [limit, setLimit] = useState(STEP);
  const count = preview.counts[group];
  const entries = preview.kept[group];
  const word = groupWord(say, group, count, intent);
  return (
    <Box>
      <Flex gap={3} wrap="wrap" alignItems="baseline">
        <Typography fontWeight="bold">{word}</Typography>
        <Box flex="1" minWidth="22rem">
          <Typography textColor="neutral600">{groupMeaning(say, group, link.name, intent)}</Typography>
        </Box>
        <TextButton
          endIcon={isOpen ? <CaretUp aria-hidden /> : <CaretDown aria-hidden />}
          aria-expanded={isOpen}
          aria-controls={list}
          aria-label={say(isOpen ? 'group.hide.long' : 'group.show.long', { group: word, type: title })}
          onClick={() => setOpen(!isOpen)}
        >
          {say(isOpen ? 'group.hide' : 'group.show')}
        </TextButton>
      </Flex>
      <Box id={list} hidden={!isOpen} paddingTop={2}>
        {isOpen && (
          <Flex tag="ul" direction="column" alignItems="stretch" gap={2}>
            {entries.slice(0, limit).map((entry) => (
              <EntryLine
                key={entry.id}
                link={link}
                entry={entry}
                preview={preview}
                intent={intent}
                onChange={onChange}
              />
            ))}
          </Flex>
        )}
        {isOpen && entries.length > limit && (
          <Box paddingTop={2}>
            <Button size="S" variant="tertiary" onClick={() => setLimit(limit + STEP)}>
              {say('group.more', { count: Math.min(STEP, entries.length - limit) })}
            </Button>
          </Box>
        )}
        {isOpen && entries.length <= limit && count > entries.length && (
          <Typography textColor="neutral600">{say('compare.more', { count: count - entries.length })}</Typography>
        )}
      </Box>
    </Box>
  );
};
