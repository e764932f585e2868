import { useState } from 'react';
import type { Overview } from '../../../server/src/contracts';
import { RULES_UNCLEAR } from '../words/problem-words';
import { usePoll } from './use-poll';
import { useReplicationOverviewQuery } from './replication-api';

/** What was asked for a moment ago, by another part of the page, need not be asked again. */
const FRESH_SECONDS = 60;
const POLL = 15_000;

/** What keeps this whole site from sending. */
export type Silence = Pick<Overview, 'question' | 'problems'>;

export const silenceOf = (overview: Overview | undefined): Silence | null => {
  const problems = overview?.problems.filter(({ code }) => code !== RULES_UNCLEAR) ?? [];
  return overview && (overview.question !== null || problems.length > 0)
    ? { question: overview.question, problems }
    : null;
};

/** null: this site sends, or nobody knows. It is asked again as long as it does not. */
export const useSilence = (isAsked = true): Silence | null => {
  const [isSilent, setSilent] = useState(false);
  const { data } = useReplicationOverviewQuery(undefined, {
    skip: !isAsked,
    refetchOnMountOrArgChange: FRESH_SECONDS,
    pollingInterval: usePoll(isSilent ? POLL : 0),
  });
  const silence = isAsked ? silenceOf(data) : null;
  if ((silence !== null) !== isSilent) setSilent(!isSilent);
  return silence;
};
