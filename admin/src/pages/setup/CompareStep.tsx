import { Button } from '@strapi/design-system';
import { useState } from 'react';
import type { LinkView, MatchFields, TypeView } from '../../../../server/src/contracts';
import { useWords } from '../../words/use-words';
import { again, decisionsIn, isComplete, type PreviewRun } from '../preview/preview-run';
import { PreviewView } from '../preview/PreviewView';
import type { ChangeRun } from '../preview/use-preview';
import { Question } from '../Question';
import { StepFrame } from './StepFrame';

interface Props {
  link: LinkView;
  types: readonly TypeView[];
  fields: MatchFields;
  run: PreviewRun;
  onChange: ChangeRun;
  onLeaveOut: (uid: string) => void;
  onCancel: () => void;
  onBack: () => void;
  onContinue: () => void;
}

/** What sharing would do. It goes on once all was compared: nobody sends what nobody has seen. */
export const CompareStep = ({
  link,
  types,
  fields,
  run,
  onChange,
  onLeaveOut,
  onCancel,
  onBack,
  onContinue,
}: Props) => {
  const say = useWords();
  const { name } = link;
  const complete = isComplete(run);
  const decided = decisionsIn(run.types);
  const [isAsking, setAsking] = useState(false);
  const compareAgain = () => {
    setAsking(false);
    onChange(again);
  };
  return (
    <StepFrame
      step="compare"
      title={say('compare.title', { name })}
      intro={say('compare-step.intro', { name })}
      next={say(complete ? 'compare-step.next' : 'compare-step.wait')}
      actions={
        <>
          <Button variant="tertiary" onClick={onCancel}>
            {say('cancel')}
          </Button>
          <Button variant="tertiary" onClick={onBack}>
            {say('back')}
          </Button>
          <Button
            variant="secondary"
            disabled={!complete}
            onClick={() => (decided > 0 ? setAsking(true) : onChange(again))}
          >
            {say('compare.again')}
          </Button>
          <Button disabled={!complete} onClick={onContinue}>
            {say('continue')}
          </Button>
        </>
      }
    >
      <PreviewView
        intent="plan"
        link={link}
        types={types}
        fields={fields}
        run={run}
        onChange={onChange}
        onLeaveOut={onLeaveOut}
      />
      {isAsking && (
        <Question isGrave onConfirm={compareAgain} onClose={() => setAsking(false)}>
          {say('choices.again', { count: decided })}
        </Question>
      )}
    </StepFrame>
  );
};
