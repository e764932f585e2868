import type { LinkView, RuleView } from '../../../../server/src/contracts';

/**
 * How far sharing with a linked site is set up, as this site can tell: `open`: nothing is chosen here and nothing was
 * shared; `theirs`: the other site has chosen, so there is nothing to do here; `quiet`: chosen here, and nothing was to be
 * sent yet; `shared`: chosen here.
 */
export type Standing = 'open' | 'theirs' | 'quiet' | 'shared';

export const standingOf = ({ counts }: Pick<LinkView, 'counts'>, rules: readonly RuleView[]): Standing => {
  const shared = counts.done + counts.queued + counts.held + counts.stopped + counts.failed > 0;
  if (rules.length === 0) return shared ? 'theirs' : 'open';
  return shared ? 'shared' : 'quiet';
};
