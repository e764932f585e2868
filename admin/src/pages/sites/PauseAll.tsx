import { Button, Flex } from '@strapi/design-system';
import type { LinkView } from '../../../../server/src/contracts';
import { useMayManageLinks } from '../../api/allowed';
import { usePauseReplicationMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { useWords } from '../../words/use-words';

/** Stops sharing with all sites at once, as before a large import, and lets it go on. With one site its card does so. */
export const PauseAll = ({ links }: { links: readonly LinkView[] }) => {
  const say = useWords();
  const show = useOutcome();
  const mayLink = useMayManageLinks();
  const [pause, { isLoading }] = usePauseReplicationMutation();
  const linked = links.filter(({ state }) => state === 'REGISTERED');
  if (!mayLink || linked.length < 2) return null;
  const paused = linked.filter((link) => link.paused).length;
  return (
    <Flex gap={2} justifyContent="flex-end">
      {paused < linked.length && (
        <Button variant="tertiary" loading={isLoading} onClick={() => void show(pause('pause'), say('pause.all.done'))}>
          {say('pause.all')}
        </Button>
      )}
      {paused > 0 && (
        <Button
          variant="tertiary"
          loading={isLoading}
          onClick={() => void show(pause('resume'), say('resume.all.done'))}
        >
          {say('resume.all')}
        </Button>
      )}
    </Flex>
  );
};
