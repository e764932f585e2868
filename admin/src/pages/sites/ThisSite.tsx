import { Button, Flex, Typography } from '@strapi/design-system';
import { useState } from 'react';
import type { Site } from '../../../../server/src/contracts';
import { useMayManageLinks } from '../../api/allowed';
import { useChangeReplicationKeyMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { useWords } from '../../words/use-words';
import { Card } from '../Card';
import { Question } from '../Question';

interface Props {
  site: Site;
  /** null: may not have this site leave. */
  onLeave: (() => void) | null;
}

/** How this site is recognised by others, how that is changed, and how it is ended. */
export const ThisSite = ({ site, onLeave }: Props) => {
  const say = useWords();
  const show = useOutcome();
  const mayLink = useMayManageLinks();
  const [asked, setAsked] = useState(false);
  const [change] = useChangeReplicationKeyMutation();
  const confirm = async () => {
    await show(change(), say('key.changed'));
    setAsked(false);
  };
  return (
    <Card label={say('this-site.short')}>
      <Flex justifyContent="space-between" gap={4} wrap="wrap">
        <Flex direction="column" alignItems="flex-start" gap={1}>
          <Typography variant="sigma" textColor="neutral600">
            {say('this-site.short')}
          </Typography>
          <Typography fontWeight="bold">{site.name}</Typography>
          <Typography variant="pi" textColor="neutral600">
            {say('fingerprint')}: {site.fingerprint}
          </Typography>
        </Flex>
        <Flex gap={2} wrap="wrap">
          {mayLink && (
            <Button variant="tertiary" onClick={() => setAsked(true)}>
              {say('key.change')}
            </Button>
          )}
          {onLeave && (
            <Button variant="danger-light" onClick={onLeave}>
              {say('leave')}
            </Button>
          )}
        </Flex>
      </Flex>
      {asked && (
        <Question title={say('key.change.title')} onConfirm={confirm} onClose={() => setAsked(false)}>
          {say('key.change.text')}
        </Question>
      )}
    </Card>
  );
};
