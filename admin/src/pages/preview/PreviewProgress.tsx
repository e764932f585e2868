import { Button, Flex, Typography } from '@strapi/design-system';
import { useWords } from '../../words/use-words';
import { Progress } from '../Progress';
import { resumed, stopped, type PreviewRun } from './preview-run';
import type { ChangeRun } from './use-preview';

interface Props {
  run: PreviewRun;
  nameOf: (uid: string) => string;
  onChange: ChangeRun;
}

/** How far the comparison is. It can be stopped, and goes on from there. */
export const PreviewProgress = ({ run, nameOf, onChange }: Props) => {
  const say = useWords();
  const left = run.types.filter(({ isDone }) => !isDone);
  // What the other site does not have is not being compared.
  const at = left.find(({ isAbsent }) => !isAbsent) ?? left[0];
  if (!at) return null;
  const type = nameOf(at.plan.uid);
  const { seen, total } = at;
  return (
    <Flex gap={4} wrap="wrap">
      <Flex direction="column" alignItems="stretch" gap={1} flex="1" minWidth="22rem">
        <Typography>
          {run.isStopped
            ? say('preview.stopped')
            : total === 0
              ? say('preview.starting', { type })
              : say('preview.running', { type, seen, total: Math.max(total, seen) })}
        </Typography>
        <Progress label={type} done={seen} total={total} />
      </Flex>
      <Button
        size="S"
        variant="tertiary"
        aria-label={say(run.isStopped ? 'preview.go-on.long' : 'preview.stop.long')}
        onClick={() => onChange(run.isStopped ? resumed : stopped)}
      >
        {say(run.isStopped ? 'preview.go-on' : 'preview.stop')}
      </Button>
    </Flex>
  );
};
