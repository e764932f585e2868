import { Box, Flex, Typography } from '@strapi/design-system';
import { Information, WarningCircle } from '@strapi/icons';
import type { ReactNode } from 'react';

type Tone = 'danger' | 'warning' | 'primary';

interface Props {
  tone: Tone;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

/**
 * What stays until its cause is gone. The design system's Alert always has a button to close it, which here would do
 * nothing.
 */
export const Notice = ({ tone, title, children, action }: Props) => {
  const Icon = tone === 'primary' ? Information : WarningCircle;
  return (
    <Box
      role={tone === 'danger' ? 'alert' : 'status'}
      background={`${tone}100`}
      borderColor={`${tone}200`}
      hasRadius
      padding={4}
      width="100%"
    >
      <Flex gap={2} alignItems="flex-start">
        <Box paddingTop="2px">
          <Icon fill={`${tone}600`} aria-hidden />
        </Box>
        <Flex direction="column" alignItems="flex-start" gap={1} flex="1">
          <Typography fontWeight="bold" textColor="neutral800">
            {title}
          </Typography>
          <Typography textColor="neutral800" style={{ overflowWrap: 'anywhere' }}>
            {children}
          </Typography>
          {action}
        </Flex>
      </Flex>
    </Box>
  );
};
