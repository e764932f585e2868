import { Status, Typography, type StatusProps } from '@strapi/design-system';
import type { ReactNode } from 'react';
import { useTheme } from 'styled-components';

interface Props extends Pick<StatusProps, 'variant' | 'width'> {
  /** `XS` beside text of the usual size, `S` beside a title. */
  size?: 'XS' | 'S';
  children: ReactNode;
}

/**
 * A state in a word or two. Strapi writes warnings in an orange that is too pale to be read on its own ground, so here the
 * ground alone has the colour.
 */
export const StateBadge = ({ variant = 'neutral', size = 'XS', width, children }: Props) => {
  const { colors } = useTheme();
  return (
    <Status variant={variant} size={size} width={width}>
      <Typography
        variant={size === 'XS' ? 'pi' : 'omega'}
        fontWeight="bold"
        style={variant === 'warning' ? { color: colors.neutral800 } : undefined}
      >
        {children}
      </Typography>
    </Status>
  );
};
