import { Button, Field, Flex, Modal, Textarea, Typography } from '@strapi/design-system';
import { useState } from 'react';
import type { CodeView, LinkView, Site } from '../../../../server/src/contracts';
import { useReadReplicationCodeMutation, useRedeemReplicationCodeMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { useWords } from '../../words/use-words';
import { Notice } from '../Notice';
import { OpenModal } from '../OpenModal';
import { Steps } from '../setup/Steps';
import { AskedSite } from './AskedSite';
import { Fingerprint } from './Fingerprint';

interface Props {
  site: Site;
  links: LinkView[];
  /** null: may not choose what is shared. */
  onSetUp: ((link: string) => void) | null;
  onClose: () => void;
}

/** Pastes the other site's code, shows what it says, asks that site to be linked, and waits until it has answered. */
export const HaveCodeDialog = ({ site, links, onSetUp, onClose }: Props) => {
  const say = useWords();
  const [code, setCode] = useState('');
  const [seen, setSeen] = useState<CodeView | null>(null);
  const [asked, setAsked] = useState<LinkView | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const show = useOutcome(setProblem);
  const [readCode, { isLoading: isReading }] = useReadReplicationCodeMutation();
  const [redeem, { isLoading: isAsking }] = useRedeemReplicationCodeMutation();
  const link = asked && (links.find(({ id }) => id === asked.id) ?? asked);

  const look = async () => {
    setProblem(null);
    const answer = await show(readCode(code.trim()));
    if (answer) setSeen(answer.data);
  };
  const ask = async () => {
    setProblem(null);
    const answer = await show(redeem(code.trim()));
    if (answer) setAsked(answer.data);
  };
  const goBack = () => {
    setProblem(null);
    setSeen(null);
  };

  return (
    <OpenModal onClose={onClose}>
      <Modal.Header closeLabel={say('close')}>
        <Modal.Title>{say('have-code')}</Modal.Title>
      </Modal.Header>
      <Modal.Body>
        <Flex direction="column" alignItems="stretch" gap={4}>
          <Steps at={link?.state === 'REGISTERED' ? 'purpose' : 'link'} />
          {link ? (
            <AskedSite site={site} link={link} />
          ) : seen ? (
            <>
              <Typography>{say('code.compare')}</Typography>
              <Flex gap={4} wrap="wrap" alignItems="stretch">
                <Fingerprint title={say('other-site')} url={seen.url} fingerprint={seen.fingerprint} />
                <Fingerprint title={say('this-site.short')} {...site} />
              </Flex>
              <Typography textColor="neutral600">{say('code.nothing-sent')}</Typography>
            </>
          ) : (
            <Field.Root error={problem !== null} hint={say('code.paste.hint')}>
              <Field.Label>{say('code.label')}</Field.Label>
              <Textarea value={code} onChange={(event) => setCode(event.target.value)} />
              <Field.Hint />
            </Field.Root>
          )}
          {problem !== null && (
            <Notice tone="danger" title={say(seen ? 'code.ask.error' : 'code.read.error')}>
              {problem}
            </Notice>
          )}
        </Flex>
      </Modal.Body>
      <Modal.Footer>
        {link ? (
          <>
            <Modal.Close>
              <Button variant="tertiary">{say('close')}</Button>
            </Modal.Close>
            {link.state === 'REGISTERED' && onSetUp && (
              <Button onClick={() => onSetUp(link.id)}>{say('setup.start')}</Button>
            )}
          </>
        ) : seen ? (
          <>
            <Button variant="tertiary" onClick={goBack}>
              {say('back')}
            </Button>
            <Button loading={isAsking} onClick={() => void ask()}>
              {say('code.ask')}
            </Button>
          </>
        ) : (
          <>
            <Modal.Close>
              <Button variant="tertiary">{say('cancel')}</Button>
            </Modal.Close>
            <Button loading={isReading} disabled={code.trim() === ''} onClick={() => void look()}>
              {say('continue')}
            </Button>
          </>
        )}
      </Modal.Footer>
    </OpenModal>
  );
};
