import { Button, Flex, Typography } from '@strapi/design-system';
import { useState } from 'react';
import type { LinkView, Site } from '../../../../server/src/contracts';
import { useMayManageLinks } from '../../api/allowed';
import { useActOnReplicationLinkMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { useWords } from '../../words/use-words';
import { Notice } from '../Notice';
import { Fingerprint } from './Fingerprint';

interface Props {
  site: Site;
  link: LinkView;
  onAnswered?: () => void;
}

/** Both names and fingerprints, so that two people can compare them, and the two answers. */
export const RequestQuestion = ({ site, link, onAnswered }: Props) => {
  const say = useWords();
  const [problem, setProblem] = useState<string | null>(null);
  const show = useOutcome(setProblem);
  const mayManage = useMayManageLinks();
  const [act, { isLoading }] = useActOnReplicationLinkMutation();
  const { id, name } = link;
  const accept = async () => {
    setProblem(null);
    if (await show(act({ id, act: 'accept' }), say('request.accepted', { name }))) onAnswered?.();
  };
  const refuse = async () => {
    setProblem(null);
    if (await show(act({ id, act: 'refuse' }), say('request.refused', { name }))) onAnswered?.();
  };
  return (
    <>
      <Typography>{say('request.compare', { name })}</Typography>
      <Flex gap={4} wrap="wrap" alignItems="stretch">
        <Fingerprint title={say('other-site')} {...link} />
        <Fingerprint title={say('this-site.short')} {...site} />
      </Flex>
      {problem !== null && (
        <Notice tone="danger" title={say('error')}>
          {problem}
        </Notice>
      )}
      {mayManage ? (
        <Flex gap={2} wrap="wrap">
          <Button loading={isLoading} onClick={() => void accept()}>
            {say('request.accept')}
          </Button>
          <Button variant="danger-light" disabled={isLoading} onClick={() => void refuse()}>
            {say('request.refuse')}
          </Button>
        </Flex>
      ) : (
        <Typography textColor="neutral600">{say('request.not-allowed')}</Typography>
      )}
    </>
  );
};
