import { useEffect, useRef } from 'react';

/**
 * Where one view of a page takes another's place, what had the focus is gone: the keyboard and a screen reader go on at the
 * heading, where nothing in the new view has taken it.
 *
 * @param view null: nothing is shown yet.
 */
export const useViewFocus = (view: string | null): void => {
  const before = useRef<string | null>(null);
  useEffect(() => {
    const hasChanged = before.current !== null && view !== before.current;
    if (view !== null) before.current = view;
    if (!hasChanged || document.activeElement !== document.body) return;
    const heading = document.querySelector<HTMLElement>('main h1');
    heading?.setAttribute('tabindex', '-1');
    heading?.style.setProperty('outline', 'none');
    heading?.focus();
  }, [view]);
};
