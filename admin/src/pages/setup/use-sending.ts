import { useCallback, useEffect, useRef, useState } from 'react';
import type { RuleInput } from '../../../../server/src/contracts';
import {
  useLazyReplicationRulesQuery,
  useMatchReplicationEntriesMutation,
  useReplaceReplicationRulesMutation,
} from '../../api/replication-api';
import { ENDLESS, isEndless } from '../preview/preview-run';
import { isUnchanged, ruleSetOf } from '../rules/rule-changes';
import { nextMatch, withMatched, type Matching } from './matching';

/**
 * How sending stands. `refused`: what the other site did not take for the same waits for a person; `exists`: somebody has
 * chosen rules meanwhile; `failed` goes on from where it stood.
 */
export type Sending =
  | { stage: 'ready' | 'saving' | 'exists' }
  | { stage: 'matching' | 'refused'; matching: Matching }
  | { stage: 'failed'; matching: Matching; isAgreed: boolean; error: unknown };

/**
 * Has entries of both sites taken for the same, then saves the rules, which sends. Nothing is sent before the last call.
 * Leaving the page ends it between two pages.
 */
export const useSending = (id: string, rules: readonly RuleInput[], onSent: () => void) => {
  const [sending, setSending] = useState<Sending>({ stage: 'ready' });
  const [readRules] = useLazyReplicationRulesQuery();
  const [match] = useMatchReplicationEntriesMutation();
  const [save] = useReplaceReplicationRulesMutation();
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);

  /** @param isAgreed a person has seen what was refused. */
  const send = useCallback(
    async (from: Matching, isAgreed: boolean): Promise<void> => {
      let matching = from;
      const fail = (error: unknown) => setSending({ stage: 'failed', matching, isAgreed, error });
      setSending({ stage: 'matching', matching });
      const before = await readRules(id);
      if (!isShown.current) return;
      if (!before.data || before.error) return fail(before.error);
      // Where the answer to an earlier call was lost, they are saved already.
      if (before.data.length > 0) {
        return isUnchanged(ruleSetOf(before.data), ruleSetOf(rules)) ? onSent() : setSending({ stage: 'exists' });
      }
      for (let request = nextMatch(matching); request !== null; request = nextMatch(matching)) {
        const answer = await match({ id, ...request });
        if (!isShown.current) return;
        if ('error' in answer) return fail(answer.error);
        if (!matching.isAgain && isEndless(request, answer.data)) return fail(ENDLESS);
        matching = withMatched(matching, answer.data);
        setSending({ stage: 'matching', matching });
      }
      if (matching.refused.length > 0 && !isAgreed) return setSending({ stage: 'refused', matching });
      setSending({ stage: 'saving' });
      const saved = await save({ id, rules: [...rules] });
      if (!isShown.current) return;
      if ('error' in saved) return fail(saved.error);
      onSent();
    },
    [id, match, onSent, readRules, rules, save]
  );
  return { sending, send };
};
