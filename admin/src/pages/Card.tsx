import { Box } from '@strapi/design-system';
import type { ReactNode } from 'react';

export const Card = ({ children, label }: { children: ReactNode; label?: string }) => (
  <Box tag="section" aria-label={label} background="neutral0" hasRadius shadow="tableShadow" padding={6}>
    {children}
  </Box>
);
