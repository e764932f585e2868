import { useCallback, useState, type ReactNode } from 'react';
import type { LinkView, MatchFields, RuleView, Site, TypeView } from '../../../../server/src/contracts';
import { useWords } from '../../words/use-words';
import { decisionsIn, type PreviewRun } from '../preview/preview-run';
import { sumsOf } from '../preview/preview-sums';
import { UnsavedChanges } from '../UnsavedChanges';
import { CompareStep } from './CompareStep';
import { DoneStep } from './DoneStep';
import { PurposeStep } from './PurposeStep';
import { RulesExist } from './RulesExist';
import { SendStep } from './SendStep';
import { back, onward, rulesOf, startWizard, withoutType } from './wizard';

interface Props {
  site: Site;
  link: LinkView;
  saved: readonly RuleView[];
  types: readonly TypeView[];
  fields: MatchFields;
  onSent: () => void;
  onClose: () => void;
  onShowRules: () => void;
  onShowQueue: () => void;
}

/**
 * One step after the other. All that is chosen is kept here alone, so leaving it before Send leaves nothing behind: it asks
 * first where somebody has decided what cannot be decided in a moment again.
 */
export const SetupWizard = ({ site, link, saved, types, fields, onSent, onClose, onShowRules, onShowQueue }: Props) => {
  const say = useWords();
  // What holds when it is opened: at its end there are rules, its own.
  const [areRules] = useState(saved.length > 0);
  const [wizard, setWizard] = useState(() => startWizard(types));
  const changeRun = useCallback(
    (change: (run: PreviewRun) => PreviewRun) => setWizard((now) => (now.run ? { ...now, run: change(now.run) } : now)),
    []
  );
  const goOn = () => setWizard((now) => onward(now, types, fields));
  const goBack = () => setWizard(back);
  const { run } = wizard;
  const decided = wizard.step === 'done' || !run ? 0 : decisionsIn([...run.types, ...run.aside]);
  const guarded = (step: ReactNode) => (
    <>
      {step}
      {decided > 0 && <UnsavedChanges question={say('choices.leave', { count: decided })} />}
    </>
  );

  if (areRules) return <RulesExist name={link.name} onShowRules={onShowRules} />;
  if (wizard.step === 'compare' && run) {
    return guarded(
      <CompareStep
        link={link}
        types={types}
        fields={fields}
        run={run}
        onChange={changeRun}
        onLeaveOut={(uid) => setWizard((now) => withoutType(now, uid))}
        onCancel={onClose}
        onBack={goBack}
        onContinue={goOn}
      />
    );
  }
  if (wizard.step === 'send' && run) {
    return guarded(
      <SendStep
        link={link}
        types={types}
        rules={rulesOf(wizard, types)}
        run={run}
        onCancel={onClose}
        onBack={goBack}
        onSent={() => {
          goOn();
          onSent();
        }}
        onShowRules={onShowRules}
      />
    );
  }
  if (wizard.step === 'done') {
    const sums = run && sumsOf(run);
    return guarded(
      <DoneStep
        link={link}
        purpose={wizard.purpose}
        isNothing={sums !== null && sums.total === sums.nothing}
        onClose={onClose}
        onShowRules={onShowRules}
        onShowQueue={onShowQueue}
      />
    );
  }
  return guarded(
    <PurposeStep
      site={site}
      link={link}
      types={types}
      wizard={wizard}
      onChange={setWizard}
      onCancel={onClose}
      onContinue={wizard.purpose === 'configure' ? onShowRules : goOn}
    />
  );
};
