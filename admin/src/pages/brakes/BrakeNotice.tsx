import { Button, Flex } from '@strapi/design-system';
import { useState } from 'react';
import type { BrakeAnswer, BrakeView } from '../../../../server/src/contracts';
import { useMayAnswerBrakes } from '../../api/allowed';
import { useAnswerReplicationBrakeMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { entryWord } from '../../words/sharing-words';
import { useMoment } from '../../words/use-moment';
import { useWords } from '../../words/use-words';
import { Notice } from '../Notice';
import { Question } from '../Question';
import { answerWord, brakeText, confirmWord, isGrave } from './brake-words';

const NAMED = 5;

interface Props {
  brake: BrakeView;
  /** Beside an entry: it need not be named. */
  compact?: boolean;
}

/** Something that waits for a person, with the ways on. */
export const BrakeNotice = ({ brake, compact = false }: Props) => {
  const say = useWords();
  const moment = useMoment();
  const show = useOutcome();
  const mayAnswer = useMayAnswerBrakes();
  const [asked, setAsked] = useState<BrakeAnswer | null>(null);
  const [answer, { isLoading }] = useAnswerReplicationBrakeMutation();
  const named = compact || brake.code === 'CHANGED_TOO_OFTEN' ? [] : brake.entries.slice(0, NAMED);

  const confirm = async () => {
    if (asked === null) return;
    await show(answer({ id: brake.id, answer: asked }), say('brake.answered'));
    setAsked(null);
  };

  return (
    <>
      <Notice
        tone="warning"
        compact={compact}
        title={say('brake.title')}
        action={
          mayAnswer ? (
            <Flex gap={2} wrap="wrap">
              {brake.answers.map((one) => (
                <Button
                  key={one}
                  type="button"
                  size="S"
                  variant={isGrave(one) ? 'danger-light' : 'secondary'}
                  loading={isLoading}
                  onClick={() => setAsked(one)}
                >
                  {answerWord(say, one)}
                </Button>
              ))}
            </Flex>
          ) : undefined
        }
      >
        {brakeText(say, brake)} {say('brake.since', { when: moment(brake.since) })}
        {named.length > 0 && ` ${say('brake.entries', { entries: named.map(entryWord).join(', ') })}`}
        {!mayAnswer && ` ${say('brake.not-allowed')}`}
      </Notice>
      {asked !== null && (
        <Question
          isGrave={isGrave(asked)}
          title={answerWord(say, asked)}
          onConfirm={confirm}
          onClose={() => setAsked(null)}
        >
          {confirmWord(say, brake, asked)}
        </Question>
      )}
    </>
  );
};
