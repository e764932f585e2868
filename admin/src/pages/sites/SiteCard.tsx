import { Button, Divider, Flex, Link, Typography } from '@strapi/design-system';
import { Lock } from '@strapi/icons';
import type { LinkView, Site } from '../../../../server/src/contracts';
import { queuedWord } from '../../words/sharing-words';
import { siteAddress } from '../../words/site-address';
import { useMoment } from '../../words/use-moment';
import { useWords } from '../../words/use-words';
import { Card } from '../Card';
import { Notice } from '../Notice';
import { Fingerprint } from './Fingerprint';
import { SharingStanding } from './SharingStanding';
import { SiteActions } from './SiteActions';
import { SiteState } from './SiteState';

interface Props {
  site: Site | null;
  link: LinkView;
  /** Nothing works before it is answered whether this site was moved or is a copy. */
  isAsked: boolean;
  /** This site sends nothing. */
  isSilent: boolean;
  onShowRules: (site: string) => void;
  onShowQueue: (site: string) => void;
  /** null: may not choose what is shared. */
  onSetUp: ((site: string) => void) | null;
  onCompareContent: ((site: string) => void) | null;
}

/** A linked site: whether it works, what waits for it, and what can be done. */
export const SiteCard = ({
  site,
  link,
  isAsked,
  isSilent,
  onShowRules,
  onShowQueue,
  onSetUp,
  onCompareContent,
}: Props) => {
  const say = useWords();
  const moment = useMoment();
  const { id, name, url, counts, state } = link;
  const when = link.lastContactAt === null ? say('never') : moment(link.lastContactAt);
  const facts: (readonly [string, 'neutral800' | 'danger600'])[] = [
    [say(link.fetching === 'there' ? 'site.fetches' : 'site.contact', { when }), 'neutral800'],
    ...(link.fetching === 'here' ? [[say('site.fetches-here', { name }), 'neutral800'] as const] : []),
    [say('site.done', { count: counts.done }), 'neutral800'],
    ...(counts.queued > 0 ? [[say(queuedWord(isSilent), { count: counts.queued }), 'neutral800'] as const] : []),
    ...(counts.held > 0 ? [[say('site.held', { count: counts.held }), 'neutral800'] as const] : []),
    ...(counts.stopped > 0 ? [[say('site.stopped', { count: counts.stopped }), 'neutral800'] as const] : []),
    ...(counts.failed > 0 ? [[say('site.failed', { count: counts.failed }), 'danger600'] as const] : []),
  ];
  return (
    <Card label={name}>
      <Flex direction="column" alignItems="stretch" gap={4}>
        <Flex justifyContent="space-between" alignItems="flex-start" gap={4} wrap="wrap">
          <Flex direction="column" alignItems="flex-start" gap={1}>
            <Flex gap={2}>
              <Typography variant="beta" tag="h2">
                {name}
              </Typography>
              {link.locked && <Lock role="img" aria-label={say('locked.configuration')} />}
            </Flex>
            <Link href={siteAddress(url)} isExternal>
              {siteAddress(url)}
            </Link>
            {state !== 'REQUESTED' && (
              <Typography variant="pi" textColor="neutral600">
                {say('fingerprint')}: {link.fingerprint}
              </Typography>
            )}
          </Flex>
          <SiteState link={link} />
        </Flex>
        {state === 'REQUESTED' && site && (
          <>
            <Typography>{say('request.waiting', { name })}</Typography>
            <Flex gap={4} wrap="wrap" alignItems="stretch">
              <Fingerprint title={say('other-site')} {...link} />
              <Fingerprint title={say('this-site.short')} {...site} />
            </Flex>
          </>
        )}
        {state === 'REFUSED' && <Typography>{say('request.was-refused', { name })}</Typography>}
        {state === 'REGISTERED' && (
          <Flex tag="ul" gap={5} wrap="wrap">
            {facts.map(([fact, textColor]) => (
              <Typography tag="li" key={fact} textColor={textColor}>
                {fact}
              </Typography>
            ))}
          </Flex>
        )}
        {state === 'REGISTERED' && !isAsked && <SharingStanding link={link} onSetUp={onSetUp} />}
        {link.lastError !== null && (
          <Notice tone={link.failures > 0 ? 'danger' : 'warning'} title={say('site.last-error')}>
            {link.lastError}{' '}
            {link.failures > 0 && link.retryAt > 0 && say('site.retry-at', { when: moment(link.retryAt) })}
          </Notice>
        )}
        <Divider />
        <Flex gap={2} wrap="wrap">
          {state === 'REGISTERED' && (
            <>
              <Button variant="secondary" onClick={() => onShowRules(id)}>
                {say('tab.rules')}
              </Button>
              <Button variant="secondary" onClick={() => onShowQueue(id)}>
                {say('tab.queue')}
              </Button>
            </>
          )}
          {!isAsked && <SiteActions link={link} onCompareContent={onCompareContent && (() => onCompareContent(id))} />}
        </Flex>
      </Flex>
    </Card>
  );
};
