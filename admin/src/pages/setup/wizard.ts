import type { MatchFields, RuleInput, TypeView } from '../../../../server/src/contracts';
import { isComplete, leftOut, startRun, type PreviewRun } from '../preview/preview-run';
import { firstChoice, plansFor, rulesFor, type Purpose } from './purposes';

/** The steps after two sites are linked. Nothing is saved or sent before the last of them. */
export type Step = 'purpose' | 'compare' | 'send' | 'done';

export interface Wizard {
  step: Step;
  purpose: Purpose;
  /** The content types that are ticked, by uid. */
  chosen: ReadonlySet<string>;
  /** What the comparison has found; null before the first. */
  run: PreviewRun | null;
}

export const startWizard = (types: readonly TypeView[]): Wizard => ({
  step: 'purpose',
  purpose: 'publish',
  chosen: firstChoice('publish', types),
  run: null,
});

export const withPurpose = (wizard: Wizard, purpose: Purpose, types: readonly TypeView[]): Wizard =>
  purpose === wizard.purpose ? wizard : { ...wizard, purpose, chosen: firstChoice(purpose, types) };

export const withTypes = (wizard: Wizard, chosen: ReadonlySet<string>): Wizard => ({ ...wizard, chosen });

/** The rules that follow from what was chosen. */
export const rulesOf = ({ purpose, chosen }: Wizard, types: readonly TypeView[]): RuleInput[] =>
  purpose === 'configure' ? [] : rulesFor(purpose, types, chosen);

/** From one step on to the next, where all is there that the next one needs; elsewhere it stays. */
export const onward = (wizard: Wizard, types: readonly TypeView[], fields: MatchFields): Wizard => {
  const { step, run } = wizard;
  if (step === 'purpose') {
    const plans = plansFor(rulesOf(wizard, types), fields);
    return plans.length === 0 ? wizard : { ...wizard, step: 'compare', run: startRun(plans, run) };
  }
  if (step === 'compare') return run && isComplete(run) && run.types.length > 0 ? { ...wizard, step: 'send' } : wizard;
  return step === 'send' ? { ...wizard, step: 'done' } : wizard;
};

export const back = (wizard: Wizard): Wizard =>
  wizard.step === 'compare' || wizard.step === 'send'
    ? { ...wizard, step: wizard.step === 'send' ? 'compare' : 'purpose' }
    : wizard;

/** Where a type cannot be compared: it is not shared. Without any type left, one is to be chosen again. */
export const withoutType = (wizard: Wizard, uid: string): Wizard => {
  const chosen = new Set([...wizard.chosen].filter((one) => one !== uid));
  const run = wizard.run && leftOut(wizard.run, uid);
  return { ...wizard, chosen, run, step: chosen.size === 0 ? 'purpose' : wizard.step };
};
