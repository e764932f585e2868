import { EmptyStateLayout, Link } from '@strapi/design-system';
import { EmptyDocuments } from '@strapi/icons/symbols';
import { NavLink } from 'react-router-dom';
import type { LinkView } from '../../../server/src/contracts';
import { useWords } from '../words/use-words';

/** Rules and queue before any site is linked: says what is missing and leads there. */
export const NoSite = ({ links }: { links: LinkView[] }) => {
  const say = useWords();
  const isAsked = links.some(({ state }) => state === 'REQUESTING' || state === 'REQUESTED');
  return (
    <EmptyStateLayout
      icon={<EmptyDocuments width="16rem" />}
      content={say(isAsked ? 'no-site.asked' : 'no-site')}
      action={
        <Link tag={NavLink} to="?tab=sites">
          {say('no-site.open')}
        </Link>
      }
    />
  );
};
