import { Box, Field, SingleSelect, SingleSelectOption, Typography } from '@strapi/design-system';
import type { PreviewEntry } from '../../../../server/src/contracts';
import { useWords } from '../../words/use-words';
import { chosen, isChosenElsewhere, type TypePreview } from './preview-run';
import type { Intent } from './preview-words';
import type { ChangeRun } from './use-preview';

interface Props {
  name: string;
  entry: PreviewEntry;
  preview: TypePreview;
  intent: Intent;
  onChange: ChangeRun;
}

/** Not decided, and decided to be none of them. No documentId looks so. */
const OPEN = '?';
const NONE = '-';

/** Which of several entries there it is. */
export const CandidateChoice = ({ name, entry, preview, intent, onChange }: Props) => {
  const say = useWords();
  const { documentId, candidates } = entry;
  if (documentId === null) return null;
  const titled = candidates.map((one) => ({
    ...one,
    label: one.title === null ? one.documentId : `${one.title} (${one.documentId})`,
  }));
  if (intent === 'look') {
    return (
      <Typography variant="pi" textColor="neutral600" style={{ overflowWrap: 'anywhere' }}>
        {say('candidates', { name, entries: titled.map(({ label }) => label).join(', ') })}
      </Typography>
    );
  }
  const decided = preview.choices.get(documentId);
  const choose = (value: string) =>
    onChange((run) =>
      chosen(run, preview.plan.uid, documentId, value === OPEN ? undefined : value === NONE ? null : value)
    );
  return (
    <Box paddingTop={2} maxWidth="60rem">
      <Field.Root>
        <Field.Label>{say('candidates.label', { entry: entry.title ?? documentId, name })}</Field.Label>
        <SingleSelect
          value={decided === undefined ? OPEN : (decided ?? NONE)}
          onChange={(value) => choose(String(value))}
        >
          <SingleSelectOption value={OPEN}>{say('candidates.open')}</SingleSelectOption>
          {titled.map(({ documentId: there, label }) => (
            <SingleSelectOption key={there} value={there} disabled={isChosenElsewhere(preview, documentId, there)}>
              {label}
            </SingleSelectOption>
          ))}
          <SingleSelectOption value={NONE}>{say('candidates.none')}</SingleSelectOption>
        </SingleSelect>
      </Field.Root>
    </Box>
  );
};
