import { Box, Button, Flex, Typography } from '@strapi/design-system';
import { useState } from 'react';
import type { LinkView, PreviewEntry } from '../../../../server/src/contracts';
import { useWords } from '../../words/use-words';
import { CandidateChoice } from './CandidateChoice';
import { Difference } from './Difference';
import { groupOf, type TypePreview } from './preview-run';
import type { Intent } from './preview-words';
import type { ChangeRun } from './use-preview';

interface Props {
  link: LinkView;
  entry: PreviewEntry;
  preview: TypePreview;
  intent: Intent;
  onChange: ChangeRun;
}

/** One entry: what differs, field by field on demand, and which one it is there where several could be it. */
export const EntryLine = ({ link, entry, preview, intent, onChange }: Props) => {
  const say = useWords();
  const [isShown, setShown] = useState(false);
  const { documentId, state, fields, matched } = entry;
  const { plan } = preview;
  const title = entry.title ?? documentId ?? entry.id;
  const there = (documentId === null ? null : preview.choices.get(documentId)) ?? matched;
  const canShow = documentId !== null && (state === 'different' || (state === 'ambiguous' && there !== null));
  return (
    <Box tag="li" background="neutral100" hasRadius padding={3}>
      <Flex gap={3} wrap="wrap" justifyContent="space-between">
        <Flex direction="column" alignItems="flex-start" gap={1} flex="1" minWidth="20rem">
          <Typography style={{ overflowWrap: 'anywhere' }}>{title}</Typography>
          {groupOf(entry) === 'elsewhere' && (
            <Typography variant="pi" textColor="neutral600" style={{ overflowWrap: 'anywhere' }}>
              {say('entry.elsewhere', { name: link.name, id: matched ?? '' })}
            </Typography>
          )}
          {fields.length > 0 && (
            <Typography variant="pi" textColor="neutral600" style={{ overflowWrap: 'anywhere' }}>
              {say('entry.differs', { fields: fields.join(', ') })}
            </Typography>
          )}
        </Flex>
        {canShow && (
          <Button
            size="S"
            variant="tertiary"
            aria-expanded={isShown}
            aria-label={say(isShown ? 'difference.hide.of' : 'difference.show.of', { entry: title })}
            onClick={() => setShown(!isShown)}
          >
            {say(isShown ? 'difference.hide' : 'difference.show')}
          </Button>
        )}
      </Flex>
      {state === 'ambiguous' && (
        <CandidateChoice name={link.name} entry={entry} preview={preview} intent={intent} onChange={onChange} />
      )}
      {canShow && isShown && (
        <Difference link={link} plan={plan} entry={title} documentId={documentId} there={there} fields={fields} />
      )}
    </Box>
  );
};
