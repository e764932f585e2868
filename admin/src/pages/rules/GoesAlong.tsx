import { Box, Field, Flex, SingleSelect, SingleSelectOption, Typography } from '@strapi/design-system';
import { useState } from 'react';
import type { DependenciesView, DependencyMode, LinkView } from '../../../../server/src/contracts';
import { useSetReplicationDependenciesMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { modeWord } from '../../words/sharing-words';
import { useWords } from '../../words/use-words';
import { Question } from '../Question';

const MODES: DependencyMode[] = ['never', 'missing', 'always'];
const INHERIT = 'INHERIT';

interface DefaultProps {
  link: LinkView;
  dependencies: DependenciesView;
  isDisabled: boolean;
}

/** What goes along to a site where no field says otherwise, and how far. It holds at once, so it is asked about first. */
export const GoesAlongDefault = ({ link: { id, name }, dependencies, isDisabled }: DefaultProps) => {
  const say = useWords();
  const show = useOutcome();
  const [save] = useSetReplicationDependenciesMutation();
  const [asked, setAsked] = useState<DependencyMode | null>(null);
  const confirm = async (chosen: DependencyMode) => {
    await show(save({ id, default: chosen }), say('along.saved', { name }));
    setAsked(null);
  };
  const { default: mode, mostSteps: steps, mostEntries: entries } = dependencies;
  return (
    <Flex tag="section" aria-label={say('along.title')} direction="column" alignItems="flex-start" gap={2}>
      <Typography fontWeight="bold">{say('along.title')}</Typography>
      <Typography textColor="neutral600">{say('along.intro', { steps, entries })}</Typography>
      <Field.Root minWidth="20rem">
        <Field.Label>{say('along.default')}</Field.Label>
        <SingleSelect
          value={mode}
          disabled={isDisabled}
          onChange={(value) => value !== mode && setAsked(value as DependencyMode)}
        >
          {MODES.map((one) => (
            <SingleSelectOption key={one} value={one}>
              {modeWord(say, one, name)}
            </SingleSelectOption>
          ))}
        </SingleSelect>
      </Field.Root>
      {asked && (
        <Question
          title={say('along.confirm.title', { name })}
          onConfirm={() => confirm(asked)}
          onClose={() => setAsked(null)}
        >
          {`${modeWord(say, asked, name)}: ${say(`along.confirm.${asked}`, { name })} ${say('along.confirm.now')}`}
        </Question>
      )}
    </Flex>
  );
};

interface FieldsProps {
  type: string;
  fields: string[];
  site: string;
  fallback: DependencyMode;
  chosen: { [field: string]: DependencyMode };
  isDisabled: boolean;
  onChoose: (field: string, mode: DependencyMode | null) => void;
}

/** One choice for each field of a type that refers to entries. */
export const GoesAlongFields = ({ type, fields, site, fallback, chosen, isDisabled, onChoose }: FieldsProps) => {
  const say = useWords();
  return (
    <Flex wrap="wrap" gap={4} alignItems="flex-end">
      {fields.map((field) => (
        <Box key={field} minWidth="16rem">
          <Typography variant="pi" textColor="neutral600">
            {field}
          </Typography>
          <SingleSelect
            aria-label={say('along.of', { field, type })}
            value={chosen[field] ?? INHERIT}
            disabled={isDisabled}
            onChange={(value) => onChoose(field, value === INHERIT ? null : (value as DependencyMode))}
          >
            <SingleSelectOption value={INHERIT}>
              {say('along.inherit', { mode: modeWord(say, fallback, site) })}
            </SingleSelectOption>
            {MODES.map((mode) => (
              <SingleSelectOption key={mode} value={mode}>
                {modeWord(say, mode, site)}
              </SingleSelectOption>
            ))}
          </SingleSelect>
        </Box>
      ))}
    </Flex>
  );
};
