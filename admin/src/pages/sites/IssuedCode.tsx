import { Field, Flex, Loader, Textarea, Typography } from '@strapi/design-system';
import { useIntl } from 'react-intl';
import type { IssuedCode as Code, Site } from '../../../../server/src/contracts';
import { useWords } from '../../words/use-words';
import { Fingerprint } from './Fingerprint';

/** A code to be copied, until the other site has asked with it. */
export const IssuedCode = ({ site, issued }: { site: Site; issued: Code }) => {
  const say = useWords();
  const { formatTime } = useIntl();
  return (
    <>
      <Typography>{say('code.steps')}</Typography>
      <Field.Root hint={say('code.expires', { time: formatTime(issued.expiresAt) })}>
        <Field.Label>{say('code.label')}</Field.Label>
        <Textarea readOnly value={issued.code} onFocus={(event) => event.currentTarget.select()} />
        <Field.Hint />
      </Field.Root>
      <Typography variant="pi" textColor="neutral600">
        {say('code.secret')}
      </Typography>
      <Fingerprint title={say('this-site.short')} {...site} />
      <Flex gap={3} role="status">
        <Loader small>{say('loading')}</Loader>
        <Typography textColor="neutral600">{say('code.waiting')}</Typography>
      </Flex>
    </>
  );
};
