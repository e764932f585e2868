import { useSyncExternalStore } from 'react';

const subscribe = (changed: () => void): (() => void) => {
  document.addEventListener('visibilitychange', changed);
  return () => document.removeEventListener('visibilitychange', changed);
};

/** How often something is asked for again, in milliseconds: not at all while nobody sees this page. */
export const usePoll = (milliseconds: number): number =>
  useSyncExternalStore(subscribe, () => document.visibilityState === 'hidden') ? 0 : milliseconds;
