import { Typography } from '@strapi/design-system';
import { unstable_useContentManagerContext as useContentManagerContext } from '@strapi/strapi/admin';
import { useIntl } from 'react-intl';
import type { EntryOnSite, EntryStatus } from '../../../server/src/contracts';
import { useMayRead } from '../api/allowed';
import { useReplicationEntryQuery } from '../api/replication-api';
import { useSilence } from '../api/use-silence';
import { useWords } from '../words/use-words';
import { goesTo } from './goes-to';
import { isSaved } from './is-saved';

/** Below Publish and Save: where else what is published or saved goes. Asks nothing that the panel does not ask. */
export const AlsoGoes = () => {
  const { model, id } = useContentManagerContext();
  const say = useWords();
  const { formatList } = useIntl();
  const mayRead = useMayRead();
  // Of what is not saved yet the rules alone say where it goes: the site is asked of an entry that it does not know.
  const documentId = isSaved(id) ? id : 'create';
  const { currentData } = useReplicationEntryQuery({ uid: model, documentId }, { skip: !mayRead });
  const { saved, published } = sitesOf(currentData);
  const silence = useSilence(saved.length + published.length > 0);
  return (
    <>
      {saved.length > 0 && <Line text={say('goes.saved', { sites: formatList(saved) })} />}
      {published.length > 0 && <Line text={say('goes.published', { sites: formatList(published) })} />}
      {silence && <Line text={say('reason.silent')} />}
    </>
  );
};

const Line = ({ text }: { text: string }) => (
  <Typography variant="pi" textColor="neutral600" style={{ overflowWrap: 'anywhere' }}>
    {text}
  </Typography>
);

/** Names of sites: where each save goes, and where only what is published does. */
const sitesOf = (status: EntryStatus | undefined): { saved: string[]; published: string[] } => {
  const going = goesTo(status);
  const onSave = ({ level }: EntryOnSite) => level === 'EVERYTHING' || !status?.hasDrafts;
  const names = (sites: EntryOnSite[]) => sites.map(({ name }) => name);
  return { saved: names(going.filter(onSave)), published: names(going.filter((site) => !onSave(site))) };
};
