import { Flex, Typography } from '@strapi/design-system';
import { Check } from '@strapi/icons';
import { useWords, type Word } from '../../words/use-words';

export type LinkStep = 'link' | 'purpose' | 'compare' | 'send' | 'done';

const STEPS = ['link', 'purpose', 'compare', 'send'] as const;
const WORDS: { [S in (typeof STEPS)[number]]: Word } = {
  link: 'step.link',
  purpose: 'step.purpose',
  compare: 'step.compare',
  send: 'step.send',
};

/** Where one is on the way from two sites to the first entry that has arrived. */
export const Steps = ({ at }: { at: LinkStep }) => {
  const say = useWords();
  const reached = at === 'done' ? STEPS.length : STEPS.indexOf(at);
  return (
    <Flex tag="ol" aria-label={say('steps')} gap={5} wrap="wrap" style={{ rowGap: '0.8rem' }}>
      {STEPS.map((step, index) => (
        <Flex tag="li" key={step} gap={2} aria-current={index === reached ? 'step' : undefined}>
          <Flex
            aria-hidden
            justifyContent="center"
            width="2.4rem"
            height="2.4rem"
            background={index === reached ? 'primary600' : 'neutral150'}
            style={{ borderRadius: '50%', flexShrink: 0 }}
          >
            {index < reached ? (
              <Check fill="neutral800" width="12px" height="12px" />
            ) : (
              <Typography variant="pi" fontWeight="bold" textColor={index === reached ? 'neutral0' : 'neutral800'}>
                {index + 1}
              </Typography>
            )}
          </Flex>
          <Typography fontWeight={index === reached ? 'bold' : undefined}>{say(WORDS[step])}</Typography>
        </Flex>
      ))}
    </Flex>
  );
};
