import { Button, Flex, Loader, Typography } from '@strapi/design-system';
import type { LinkView, RuleInput, TypeView } from '../../../../server/src/contracts';
import { useErrorText } from '../../api/use-error-text';
import { ruleWord } from '../../words/sharing-words';
import { useWords } from '../../words/use-words';
import { Card } from '../Card';
import { Notice } from '../Notice';
import { ENDLESS, type PreviewRun } from '../preview/preview-run';
import { sumsOf } from '../preview/preview-sums';
import { PreviewTotals } from '../preview/PreviewTotals';
import { startMatching } from './matching';
import { RefusedMatches } from './RefusedMatches';
import { RulesExist } from './RulesExist';
import { StepFrame } from './StepFrame';
import { useSending } from './use-sending';

interface Props {
  link: LinkView;
  types: readonly TypeView[];
  rules: readonly RuleInput[];
  run: PreviewRun;
  onCancel: () => void;
  onBack: () => void;
  onSent: () => void;
  onShowRules: () => void;
}

/** What is going to happen, once more and in short; then it happens. */
export const SendStep = ({ link, types, rules, run, onCancel, onBack, onSent, onShowRules }: Props) => {
  const say = useWords();
  const errorText = useErrorText();
  const { name } = link;
  const { sending, send } = useSending(link.id, rules, onSent);
  const { stage } = sending;
  const isBusy = stage === 'matching' || stage === 'saving';
  const typeOf = (uid: string) => types.find((type) => type.uid === uid);
  const goOn = () => {
    if (sending.stage === 'failed') return void send(sending.matching, sending.isAgreed);
    return sending.stage === 'refused' ? void send(sending.matching, true) : void send(startMatching(run), false);
  };
  return (
    <StepFrame
      step="send"
      title={say('send.title', { name })}
      intro={say('send.intro', { name })}
      next={say(stage === 'matching' ? 'send.stay' : 'send.next')}
      actions={
        <>
          <Button variant="tertiary" disabled={stage === 'saving'} onClick={onCancel}>
            {say('cancel')}
          </Button>
          <Button variant="tertiary" disabled={isBusy} onClick={onBack}>
            {say('back')}
          </Button>
          <Button loading={isBusy} disabled={stage === 'exists'} onClick={goOn}>
            {say(stage === 'failed' ? 'try-again' : stage === 'refused' ? 'send.anyway' : 'send')}
          </Button>
        </>
      }
    >
      {sending.stage === 'failed' && (
        <Notice tone="danger" title={say('send.failed')}>
          {sending.error === ENDLESS ? say('preview.endless', { name }) : errorText(sending.error)}{' '}
          {say('send.failed.text')}
        </Notice>
      )}
      {sending.stage === 'refused' && <RefusedMatches name={name} refused={sending.matching.refused} />}
      {stage === 'exists' && <RulesExist name={name} onShowRules={onShowRules} />}
      {isBusy && (
        <Flex gap={3} role="status">
          <Loader small>{say('loading')}</Loader>
          <Typography>
            {sending.stage === 'matching'
              ? say('send.matching', { name, count: sending.matching.matched })
              : say('send.saving')}
          </Typography>
        </Flex>
      )}
      <PreviewTotals sums={sumsOf(run)} run={run} name={name} intent="plan" isComplete />
      <Card label={say('send.rules')}>
        <Flex direction="column" alignItems="stretch" gap={3}>
          <Typography variant="delta" tag="h3">
            {say('send.rules')}
          </Typography>
          <Flex tag="ul" direction="column" alignItems="stretch" gap={2}>
            {rules.map((rule) => {
              const type = typeOf(rule.uid);
              return (
                <li key={rule.uid}>
                  <Typography fontWeight="bold">{type?.displayName ?? rule.uid}</Typography>
                  <Typography>{`: ${ruleWord(say, rule, type?.drafts ?? true, name)}`}</Typography>
                </li>
              );
            })}
          </Flex>
        </Flex>
      </Card>
    </StepFrame>
  );
};
