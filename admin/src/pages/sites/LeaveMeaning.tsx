import { Flex, Typography } from '@strapi/design-system';
import type { LinkView } from '../../../../server/src/contracts';
import { useWords, type Word } from '../../words/use-words';

const LOST = ['leave.lost.history', 'leave.lost.links', 'leave.lost.queue'] as const satisfies readonly Word[];
const STAYS = ['leave.stays.here', 'leave.stays.there'] as const satisfies readonly Word[];

/** What is lost for good and what stays, before a site leaves. */
export const LeaveMeaning = ({ links }: { links: LinkView[] }) => {
  const say = useWords();
  const list = (title: Word, words: readonly Word[]) => (
    <Flex direction="column" alignItems="stretch" gap={1}>
      <Typography fontWeight="bold">{say(title)}</Typography>
      <Flex tag="ul" direction="column" alignItems="stretch" gap={1} paddingLeft={4} style={{ listStyle: 'disc' }}>
        {words.map((word) => (
          <Typography tag="li" key={word} style={{ display: 'list-item' }}>
            {say(word)}
          </Typography>
        ))}
      </Flex>
    </Flex>
  );
  return (
    <>
      {links.length > 0 && (
        <Typography>
          {say('leave.links', { count: links.length, sites: links.map(({ name }) => name).join(', ') })}
        </Typography>
      )}
      {list('leave.lost', LOST)}
      {list('leave.stays', STAYS)}
      <Typography>{say('leave.after')}</Typography>
    </>
  );
};
