import { Box } from '@strapi/design-system';

interface Props {
  label: string;
  done: number;
  total: number;
}

export const percentOf = ({ done, total }: Pick<Props, 'done' | 'total'>): number =>
  total > 0 ? Math.min(100, Math.round((100 * done) / total)) : 0;

/** How far something has come. */
export const Progress = ({ label, done, total }: Props) => (
  <Box
    role="progressbar"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={percentOf({ done, total })}
    background="neutral200"
    hasRadius
    height="8px"
  >
    <Box background="primary600" hasRadius height="100%" width={`${percentOf({ done, total })}%`} />
  </Box>
);
