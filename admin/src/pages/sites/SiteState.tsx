import type { LinkView } from '../../../../server/src/contracts';
import { useWords, type Word } from '../../words/use-words';
import { StateBadge } from '../../words/StateBadge';

type Variant = 'success' | 'warning' | 'danger' | 'neutral';

/** A link's state in one word: what needs a person comes first. */
const stateOf = ({ state, paused, failures, fetching }: LinkView): [Word, Variant] => {
  if (state === 'REQUESTED') return ['state.requested', 'warning'];
  if (state === 'REQUESTING') return ['state.requesting', 'warning'];
  if (state === 'REFUSED') return ['state.refused', 'danger'];
  if (state === 'UNLINKED') return ['state.unlinked', 'neutral'];
  if (paused) return ['state.paused', 'warning'];
  if (failures > 0) return ['state.unreachable', 'danger'];
  return [fetching === 'there' ? 'state.fetches' : 'state.linked', 'success'];
};

export const SiteState = ({ link }: { link: LinkView }) => {
  const say = useWords();
  const [word, variant] = stateOf(link);
  return (
    <StateBadge variant={variant} size="S">
      {say(word)}
    </StateBadge>
  );
};
