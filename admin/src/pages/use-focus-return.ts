import { useEffect, useState } from 'react';

/**
 * Gives the focus back to what had it before a dialog was mounted, once it is not any more. Radix gives it to the dialog's
 * trigger, and ours have none: they are opened by state. Where that is gone, too, the keyboard goes on at the page.
 */
export const useFocusReturn = (): void => {
  // Asked before anything is drawn: a list that was chosen from vanishes as the dialog comes, which then takes the focus.
  const [before] = useState(() => openerOf(document.activeElement));
  useEffect(
    () => () => {
      // Until all effects of the dialog have ended, it keeps the focus.
      setTimeout(() => giveBack(before));
    },
    [before]
  );
};

/** Of an option that is chosen, which is about to vanish, the field that it is chosen in. */
const openerOf = (element: Element | null): Element | null => {
  const list = element?.closest('[role=listbox]');
  return list ? document.querySelector(`[aria-controls="${CSS.escape(list.id)}"]`) : element;
};

const giveBack = (before: Element | null): void => {
  const isKept = document.activeElement !== null && document.activeElement !== document.body;
  if (before instanceof HTMLElement && before !== document.body && before.isConnected) before.focus();
  // What has opened instead may have taken it.
  else if (!isKept) document.getElementById('main-content')?.focus({ preventScroll: true });
};
