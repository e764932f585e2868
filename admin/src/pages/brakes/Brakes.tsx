import { Flex } from '@strapi/design-system';
import type { BrakeView } from '../../../../server/src/contracts';
import { useWords } from '../../words/use-words';
import { BrakeNotice } from './BrakeNotice';

/** Where sharing is paused until somebody says how it goes on. */
export const Brakes = ({ brakes }: { brakes: BrakeView[] }) => {
  const say = useWords();
  if (brakes.length === 0) return null;
  return (
    <Flex direction="column" alignItems="stretch" gap={2} paddingBottom={6} tag="section" aria-label={say('brakes')}>
      {brakes.map((brake) => (
        <BrakeNotice key={brake.id} brake={brake} />
      ))}
    </Flex>
  );
};
