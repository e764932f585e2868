import { Flex, Typography } from '@strapi/design-system';
import type { ReactNode } from 'react';

/** What the content manager asks, and below it what becomes of the entry elsewhere. */
export const Asked = ({ also, children }: { also: ReactNode; children: ReactNode }) => (
  <Flex direction="column" alignItems="stretch" gap={4}>
    {children}
    {also}
  </Flex>
);

export const Told = ({ children }: { children: string }) => (
  <Typography tag="p" textAlign="center" fontWeight="bold">
    {children}
  </Typography>
);
