import { Button, Divider, Flex, Link, Typography } from '@strapi/design-system';
import { Lock } from '@strapi/icons';
import type { LinkView } from '../../../../server/src/contracts';
import { useMoment } from '../../words/use-moment';
import { useWords } from '../../words/use-words';
import { Card } from '../Card';
import { Notice } from '../Notice';
import { SiteActions } from './SiteActions';
import { SiteState } from './SiteState';

interface Props {
  link: LinkView;
  onShowRules: (site: string) => void;
  onShowQueue: (site: string) => void;
}

/** A linked site: whether it works, what waits for it, and what can be done. */
export const SiteCard = ({ link, onShowRules, onShowQueue }: Props) => {
  const say = useWords();
  const moment = useMoment();
  const { id, name, url, counts, state } = link;
  const facts = [
    say('site.contact', { when: link.lastContactAt === null ? say('never') : moment(link.lastContactAt) }),
    say('site.done', { count: counts.done }),
    ...(counts.queued > 0 ? [say('site.queued', { count: counts.queued })] : []),
    ...(counts.held > 0 ? [say('site.held', { count: counts.held })] : []),
    ...(counts.failed > 0 ? [say('site.failed', { count: counts.failed })] : []),
  ];
  return (
    <Card label={name}>
      <Flex direction="column" alignItems="stretch" gap={4}>
        <Flex justifyContent="space-between" gap={4} wrap="wrap">
          <Flex direction="column" alignItems="flex-start" gap={1}>
            <Flex gap={2}>
              <Typography variant="beta" tag="h2">
                {name}
              </Typography>
              {link.locked && <Lock role="img" aria-label={say('locked.configuration')} />}
            </Flex>
            <Link href={url} isExternal>
              {url}
            </Link>
            <Typography variant="pi" textColor="neutral600">
              {say('fingerprint')}: {link.fingerprint}
            </Typography>
          </Flex>
          <SiteState link={link} />
        </Flex>
        {state === 'REQUESTED' && <Typography>{say('request.waiting', { name })}</Typography>}
        {state === 'REGISTERED' && (
          <Flex tag="ul" gap={5} wrap="wrap">
            {facts.map((fact) => (
              <Typography tag="li" key={fact} textColor="neutral800">
                {fact}
              </Typography>
            ))}
          </Flex>
        )}
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
          <SiteActions link={link} />
        </Flex>
      </Flex>
    </Card>
  );
};
