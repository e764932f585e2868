import { useCallback } from 'react';
import { useIntl } from 'react-intl';

const UNITS = [
  ['day', 24 * 60 * 60],
  ['hour', 60 * 60],
  ['minute', 60],
] as const;

/** Says when something was or will be: "3 minutes ago", "in 2 hours". */
export const useMoment = (): ((at: number, now?: number) => string) => {
  const { formatRelativeTime } = useIntl();
  return useCallback(
    (at, now = Date.now()) => {
      const seconds = (at - now) / 1000;
      const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
      return formatRelativeTime(Math.round(seconds / length), unit, { numeric: 'auto' });
    },
    [formatRelativeTime]
  );
};
