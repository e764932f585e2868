import { Field, SingleSelect, SingleSelectOption } from '@strapi/design-system';
import { useWords } from '../../words/use-words';
import type { Intent } from './preview-words';

interface Props {
  type: string;
  fields: readonly string[];
  by: string | null;
  intent: Intent;
  onChoose: (by: string | null) => void;
}

/** No field can be called so. */
const NONE = '-';

/** By which field entries of both sites are taken for one and the same. */
export const MatchField = ({ type, fields, by, intent, onChoose }: Props) => {
  const say = useWords();
  const none = intent === 'plan' ? 'match.none.hint' : 'match.none.look';
  const hint = by === null ? say(none) : say('match.hint', { field: by });
  return (
    <Field.Root width="48rem" maxWidth="100%" hint={hint}>
      <Field.Label>{say('match.label', { type })}</Field.Label>
      <SingleSelect value={by ?? NONE} onChange={(value) => onChoose(value === NONE ? null : String(value))}>
        {fields.map((field) => (
          <SingleSelectOption key={field} value={field}>
            {say('match.by', { field })}
          </SingleSelectOption>
        ))}
        <SingleSelectOption value={NONE}>{say('match.none')}</SingleSelectOption>
      </SingleSelect>
      <Field.Hint />
    </Field.Root>
  );
};
