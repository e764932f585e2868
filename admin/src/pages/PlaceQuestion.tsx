import { Button, Flex } from '@strapi/design-system';
import { useState } from 'react';
import type { PlaceView } from '../../../server/src/contracts';
import { useMayManageLinks } from '../api/allowed';
import { useAnswerReplicationPlaceMutation } from '../api/replication-api';
import { useOutcome } from '../api/use-outcome';
import { useMoment } from '../words/use-moment';
import { useWords } from '../words/use-words';
import { Notice } from './Notice';
import { Question } from './Question';

type PlaceAnswer = 'moved' | 'copy';

/** The database is not where it was: until somebody says why, this site is silent. */
export const PlaceQuestion = ({ question }: { question: PlaceView }) => {
  const say = useWords();
  const moment = useMoment();
  const show = useOutcome();
  const mayAnswer = useMayManageLinks();
  const [asked, setAsked] = useState<PlaceAnswer | null>(null);
  const [answer, { isLoading }] = useAnswerReplicationPlaceMutation();
  const { urlBefore, urlNow, differs, boundAt } = question;

  const confirm = async () => {
    if (asked === null) return;
    await show(answer(asked), say(asked === 'moved' ? 'place.moved.done' : 'place.copy.done'));
    setAsked(null);
  };

  return (
    <Flex direction="column" alignItems="stretch" paddingBottom={6}>
      <Notice
        tone="danger"
        title={say('place.title')}
        action={
          mayAnswer ? (
            <Flex gap={2} wrap="wrap" paddingTop={2}>
              <Button variant="secondary" loading={isLoading} onClick={() => setAsked('moved')}>
                {say('place.moved')}
              </Button>
              <Button variant="secondary" loading={isLoading} onClick={() => setAsked('copy')}>
                {say('place.copy')}
              </Button>
            </Flex>
          ) : undefined
        }
      >
        {differs.includes('url')
          ? say('place.url', { before: urlBefore, now: urlNow, when: moment(boundAt) })
          : say('place.database', { url: urlNow || urlBefore, when: moment(boundAt) })}{' '}
        {say(mayAnswer ? 'place.text' : 'place.not-allowed')}
      </Notice>
      {asked !== null && (
        <Question
          isGrave={asked === 'copy'}
          title={say(`place.${asked}`)}
          onConfirm={confirm}
          onClose={() => setAsked(null)}
        >
          {say(`place.${asked}.confirm`)}
        </Question>
      )}
    </Flex>
  );
};
