import { Flex, TextButton, Typography } from '@strapi/design-system';
import { CaretDown, CaretUp } from '@strapi/icons';
import { useId, useState } from 'react';
import { useIntl } from 'react-intl';
import type { EntryEvent } from '../../../server/src/contracts';
import { useMoment } from '../words/use-moment';
import { useWords, type Say } from '../words/use-words';

/** What was done to an entry last, wherever that was. Opened by whoever wants to know. */
export const RecentChanges = ({ events }: { events: readonly EntryEvent[] }) => {
  const say = useWords();
  const moment = useMoment();
  const { formatList } = useIntl();
  const [open, setOpen] = useState(false);
  const list = useId();
  if (events.length === 0) return null;
  return (
    <Flex direction="column" alignItems="flex-start" gap={2}>
      <TextButton
        type="button"
        endIcon={open ? <CaretUp /> : <CaretDown />}
        aria-expanded={open}
        aria-controls={open ? list : undefined}
        onClick={() => setOpen(!open)}
      >
        {say('events.title')}
      </TextButton>
      {open && (
        <Flex id={list} tag="ol" direction="column" alignItems="flex-start" gap={2} width="100%">
          {events.map((event) => (
            <Flex key={event.id} tag="li" direction="column" alignItems="flex-start" width="100%">
              <Typography variant="pi" style={{ overflowWrap: 'anywhere' }}>
                {lineOf(say, event, formatList(event.people))}
              </Typography>
              {event.at !== null && (
                <Typography variant="pi" textColor="neutral600">
                  {moment(event.at)}
                </Typography>
              )}
            </Flex>
          ))}
        </Flex>
      )}
    </Flex>
  );
};

const lineOf = (say: Say, { deed, site, aside }: EntryEvent, people: string): string => {
  const what = say(`deed.${deed}`);
  const there = site === null ? what : say('events.on', { what, site: site === '' ? say('events.elsewhere') : site });
  const by = people === '' ? there : say('events.by', { what: there, people });
  return aside ? say('events.aside', { what: by }) : by;
};
