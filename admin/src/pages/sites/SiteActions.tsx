import { Button } from '@strapi/design-system';
import { useNotification } from '@strapi/strapi/admin';
import { useState } from 'react';
import type { LinkView } from '../../../../server/src/contracts';
import { useMayManageLinks, useMayManageQueue } from '../../api/allowed';
import {
  useActOnReplicationLinkMutation,
  useTestReplicationLinkMutation,
  useUnlinkReplicationSiteMutation,
} from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { useWords } from '../../words/use-words';
import { Question } from '../Question';
import { CompareDialog } from './CompareDialog';
import { KeysDialog } from './KeysDialog';
import { RenameDialog } from './RenameDialog';

/** A link ends, a request is taken back, and what was refused is put away: three words for one call. */
const ENDINGS = {
  REGISTERED: { action: 'unlink', title: 'unlink.title', text: 'unlink.text', done: 'unlinked' },
  REQUESTED: {
    action: 'withdraw-request',
    title: 'withdraw-request.title',
    text: 'withdraw-request.text',
    done: 'withdrawn',
  },
  REFUSED: { action: 'remove', title: 'remove.title', text: 'remove.text', done: 'removed' },
} as const;

type Opened = 'rename' | 'unlink' | 'compare' | 'keys' | null;

interface Props {
  link: LinkView;
  /** null: may not see what sharing would do. */
  onCompareContent: (() => void) | null;
}

export const SiteActions = ({ link, onCompareContent }: Props) => {
  const say = useWords();
  const show = useOutcome();
  const { toggleNotification } = useNotification();
  const mayLink = useMayManageLinks();
  const mayQueue = useMayManageQueue();
  const [opened, setOpened] = useState<Opened>(null);
  const [act, { isLoading: isActing }] = useActOnReplicationLinkMutation();
  const [test, { isLoading: isTesting }] = useTestReplicationLinkMutation();
  const [unlink] = useUnlinkReplicationSiteMutation();
  const { id, name, state, paused, locked } = link;
  const isLinked = state === 'REGISTERED';
  const ending = ENDINGS[state === 'REQUESTED' || state === 'REFUSED' ? state : 'REGISTERED'];
  const close = () => setOpened(null);

  const runTest = async () => {
    const answer = await show(test(id));
    if (!answer) return;
    const { ok, milliseconds, cause, message } = answer.data;
    const isFine = ok && cause === null;
    toggleNotification({
      type: isFine ? 'success' : ok ? 'warning' : 'danger',
      // Nothing else says it.
      blockTransition: !isFine,
      message: isFine ? say('test.ok', { name, milliseconds: Math.round(milliseconds) }) : message,
    });
  };
  const pause = () => show(act({ id, act: paused ? 'resume' : 'pause' }), say(paused ? 'resumed' : 'paused', { name }));
  const confirmUnlink = async () => {
    await show(unlink(id), say(ending.done, { name }));
    close();
  };

  return (
    <>
      {isLinked && (mayQueue || onCompareContent) && (
        <Button variant="tertiary" onClick={() => (mayQueue ? setOpened('compare') : onCompareContent?.())}>
          {say('compare')}
        </Button>
      )}
      {mayLink && (
        <>
          <Button variant="tertiary" loading={isTesting} onClick={() => void runTest()}>
            {say('test')}
          </Button>
          {isLinked && (
            <Button variant="tertiary" loading={isActing} onClick={() => void pause()}>
              {say(paused ? 'resume' : 'pause')}
            </Button>
          )}
          <Button variant="tertiary" onClick={() => setOpened('keys')}>
            {say('keys')}
          </Button>
          <Button variant="tertiary" disabled={locked} onClick={() => setOpened('rename')}>
            {say('rename')}
          </Button>
          <Button variant="danger-light" disabled={locked} onClick={() => setOpened('unlink')}>
            {say(ending.action)}
          </Button>
        </>
      )}
      {opened === 'compare' && <CompareDialog link={link} onCompareContent={onCompareContent} onClose={close} />}
      {opened === 'keys' && <KeysDialog link={link} onClose={close} />}
      {opened === 'rename' && <RenameDialog link={link} onClose={close} />}
      {opened === 'unlink' && (
        <Question isGrave title={say(ending.title, { name })} onConfirm={confirmUnlink} onClose={close}>
          {say(ending.text, { name })}
        </Question>
      )}
    </>
  );
};
