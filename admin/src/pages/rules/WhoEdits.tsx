import { SingleSelect, SingleSelectOption, Typography } from '@strapi/design-system';
import type { Direction, TheirSharing } from '../../../../server/src/contracts';
import { directionWord } from '../../words/sharing-words';
import { useWords } from '../../words/use-words';
import type { Choice } from './rule-changes';
import { whyFixed } from './why-fixed';

const DIRECTIONS: Direction[] = ['BOTH', 'SEND_ONLY', 'RECEIVE_ONLY'];

interface Props {
  /** What people call the content type. */
  type: string;
  own: Choice | null;
  /** What holds here, by whatever rule. */
  holds: Choice | null;
  theirs: TheirSharing | null;
  site: string;
  isDisabled: boolean;
  onChoose: (choice: Choice) => void;
}

/** Where entries of a type are edited: a choice, or what is so anyway and why. */
export const WhoEdits = ({ type, own, holds, theirs, site, isDisabled, onChoose }: Props) => {
  const say = useWords();
  const shown = holds ?? theirs;
  if (!shown || shown.level === 'NONE') return <Typography textColor="neutral600">–</Typography>;
  const why = whyFixed(own, holds);
  if (!own || why !== null) {
    return (
      <>
        <Typography tag="p" textColor="neutral600" style={{ whiteSpace: 'normal' }}>
          {directionWord(say, shown.direction, site)}
        </Typography>
        {why !== null && (
          <Typography tag="p" variant="pi" textColor="neutral600" style={{ whiteSpace: 'normal' }}>
            {say(why)}
          </Typography>
        )}
      </>
    );
  }
  return (
    <SingleSelect
      aria-label={say('rules.direction.of', { type })}
      value={own.direction}
      disabled={isDisabled}
      onChange={(value) => onChoose({ level: own.level, direction: value as Direction })}
    >
      {DIRECTIONS.map((direction) => (
        <SingleSelectOption key={direction} value={direction}>
          {directionWord(say, direction, site)}
        </SingleSelectOption>
      ))}
    </SingleSelect>
  );
};
