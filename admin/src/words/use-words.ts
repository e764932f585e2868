import { useCallback } from 'react';
import { useIntl } from 'react-intl';
import en from '../translations/en.json';

export type Word = keyof typeof en;
export type Values = Record<string, string | number | boolean>;
export type Say = (word: Word, values?: Values) => string;

/** Says a word of `translations/` in the user's language. */
export const useWords = (): Say => {
  const { formatMessage } = useIntl();
  return useCallback(
    (word, values) => formatMessage({ id: `replication.${word}`, defaultMessage: en[word] }, values),
    [formatMessage]
  );
};
