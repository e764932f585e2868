import { Flex } from '@strapi/design-system';
import type { Problem } from '../../../server/src/contracts';
import { useWords } from '../words/use-words';
import { problemTitle, problemWord } from '../words/problem-words';
import { Notice } from './Notice';

/** What keeps the whole site from replicating. It goes away when its cause does, so it cannot be closed. */
export const Problems = ({ problems }: { problems: Problem[] }) => {
  const say = useWords();
  if (problems.length === 0) return null;
  return (
    <Flex direction="column" alignItems="stretch" gap={2} paddingBottom={6}>
      {problems.map(({ code, message }) => (
        <Notice key={code} tone="warning" title={problemTitle(say, code)}>
          {problemWord(say, { code, message })}
        </Notice>
      ))}
    </Flex>
  );
};
