import { useCallback } from 'react';
import { useIntl } from 'react-intl';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Says how large something is: "3.4 MB". */
export const useSize = (): ((bytes: number) => string) => {
  const { formatNumber } = useIntl();
  return useCallback(
    (bytes) => {
      const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
      const style = { style: 'unit', unit: UNITS[step], unitDisplay: step === 0 ? 'long' : 'short' } as const;
      return formatNumber(bytes / 1000 ** step, { ...style, maximumFractionDigits: 1 });
    },
    [formatNumber]
  );
};
