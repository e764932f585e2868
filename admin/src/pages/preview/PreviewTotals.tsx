import { Flex, Typography } from '@strapi/design-system';
import { useSize } from '../../words/use-size';
import { useWords } from '../../words/use-words';
import { Card } from '../Card';
import type { PreviewRun } from './preview-run';
import { meaningOfOnlyThere, type Intent } from './preview-words';
import type { Sums } from './preview-sums';

interface Props {
  sums: Sums;
  run: PreviewRun;
  name: string;
  intent: Intent;
  isComplete: boolean;
}

/** All content types together: what would happen there, in sentences. */
export const PreviewTotals = ({ sums, run, name, intent, isComplete }: Props) => {
  const say = useWords();
  const size = useSize();
  const { made, different, same, undecided, onlyThere, nothing, files, bytes } = sums;
  const isPlan = intent === 'plan';
  const under = sums.elsewhere + sums.decided;
  const told: (string | false)[] = [
    say(isPlan ? 'totals.made' : 'totals.only-here', { count: made, name }),
    isPlan && made + different > 0 && say('totals.along', { name }),
    different > 0 &&
      sentences(say('totals.different', { count: different, name }), isPlan && say('meaning.different', { name })),
    same > 0 && say(isPlan ? 'totals.same' : 'totals.equal', { count: same }),
    under > 0 && say(isPlan ? 'totals.elsewhere' : 'totals.under', { count: under, name }),
    isPlan && undecided > 0 && say('totals.undecided', { count: undecided, name }),
    onlyThere > 0 &&
      sentences(
        say(sums.mayBeHere > 0 ? 'totals.more-there' : 'totals.only-there', { count: onlyThere, name }),
        isPlan && meaningOfOnlyThere(say, run, name, onlyThere)
      ),
    nothing > 0 && say('totals.nothing', { count: nothing, name }),
    files > 0 && say(isPlan ? 'totals.files' : 'totals.files-missing', { count: files, size: size(bytes), name }),
  ];
  const lines = told.filter((line) => line !== false);
  return (
    <Card label={say('totals.title')}>
      <Typography variant="delta" tag="h3">
        {say(isComplete ? 'totals.title' : 'totals.so-far')}
      </Typography>
      <Flex tag="ul" direction="column" alignItems="stretch" gap={2} paddingTop={3}>
        {lines.map((line) => (
          <Typography tag="li" key={line}>
            {line}
          </Typography>
        ))}
      </Flex>
    </Card>
  );
};

const sentences = (first: string, second: string | false): string => (second === false ? first : `${first} ${second}`);
