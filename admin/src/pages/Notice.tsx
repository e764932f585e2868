import { Box, Flex, Typography } from '@strapi/design-system';
import { Information, WarningCircle } from '@strapi/icons';
import type { ReactNode } from 'react';

type Tone = 'danger' | 'warning' | 'primary';

interface Props {
  tone: Tone;
  title: string;
  children: ReactNode;
  action?: ReactNode;
  /** For the narrow column beside an entry. */
  compact?: boolean;
}

/**
 * What stays until its cause is gone. The design system's Alert always has a button to close it, which here would do
 * nothing.
 */
export const Notice = ({ tone, title, children, action, compact = false }: Props) => {
  const Icon = tone === 'primary' ? Information : WarningCircle;
  const variant = compact ? 'pi' : 'omega';
  return (
    <Box
      role={tone === 'danger' ? 'alert' : 'status'}
      background={`${tone}100`}
      borderColor={`${tone}200`}
      hasRadius
      padding={compact ? 3 : 4}
      width="100%"
    >
      <Flex gap={2} alignItems="flex-start">
        <Box paddingTop="2px">
          <Icon fill={`${tone}600`} aria-hidden />
        </Box>
        <Flex direction="column" alignItems="flex-start" gap={1} flex="1">
          <Typography variant={variant} fontWeight="bold" textColor="neutral800">
            {title}
          </Typography>
          <Typography variant={variant} textColor="neutral800" style={{ overflowWrap: 'anywhere' }}>
            {children}
          </Typography>
          {action && <Box paddingTop={2}>{action}</Box>}
        </Flex>
      </Flex>
    </Box>
  );
};
