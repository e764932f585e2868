import { Box, Flex, Typography } from '@strapi/design-system';
import { useEffect, useRef, type ReactNode } from 'react';
import { Steps, type LinkStep } from './Steps';

interface Props {
  step: LinkStep;
  title: string;
  /** What this step is about. */
  intro: string;
  children: ReactNode;
  /** What happens after it. */
  next?: string;
  actions: ReactNode;
}

/** One step. Its heading is where the keyboard and a screen reader go on when the step before has ended. */
export const StepFrame = ({ step, title, intro, children, next, actions }: Props) => {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    window.scrollTo({ top: 0 });
  }, []);
  return (
    <Flex direction="column" alignItems="stretch" gap={6}>
      <Steps at={step} />
      <Flex direction="column" alignItems="flex-start" gap={2}>
        <Typography ref={heading} tabIndex={-1} variant="beta" tag="h2" style={{ outline: 'none' }}>
          {title}
        </Typography>
        <Typography>{intro}</Typography>
      </Flex>
      {children}
      <Flex justifyContent="space-between" gap={4} wrap="wrap">
        <Box flex="1" minWidth="22rem">
          {next && <Typography textColor="neutral600">{next}</Typography>}
        </Box>
        <Flex gap={2} wrap="wrap">
          {actions}
        </Flex>
      </Flex>
    </Flex>
  );
};
