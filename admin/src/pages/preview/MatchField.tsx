import { Field, SingleSelect, SingleSelectOption } from '@strapi/design-system';
import { useWords } from '../../words/use-words';

interface Props {
  type: string;
  fields: readonly string[];
  by: string | null;
  onChoose: (by: string | null) => void;
}

/** No field can be called so. */
const NONE = '-';

/** By which field entries of both sites are taken for one and the same. */
export const MatchField = ({ type, fields, by, onChoose }: Props) => {
  const say = useWords();
  return (
    <Field.Root
      width="48rem"
      maxWidth="100%"
      hint={say(by === null ? 'match.none.hint' : 'match.hint', { field: by ?? '' })}
    >
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
