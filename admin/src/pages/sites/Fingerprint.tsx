import { Box, Flex, Typography } from '@strapi/design-system';
import { siteAddress } from '../../words/site-address';
import { useWords } from '../../words/use-words';

interface Props {
  title: string;
  name?: string;
  url: string;
  fingerprint: string;
}

/** One side of a link, as the people on both sides compare it. */
export const Fingerprint = ({ title, name, url, fingerprint }: Props) => {
  const say = useWords();
  return (
    <Box background="neutral100" hasRadius padding={4} flex="1" minWidth="22rem">
      <Flex direction="column" alignItems="flex-start" gap={1}>
        <Typography variant="sigma" textColor="neutral600">
          {title}
        </Typography>
        {name && <Typography fontWeight="bold">{name}</Typography>}
        {url && (
          <Typography variant="pi" textColor="neutral600" style={{ overflowWrap: 'anywhere' }}>
            {siteAddress(url)}
          </Typography>
        )}
        <Typography variant="pi" textColor="neutral600">
          {say('fingerprint')}
        </Typography>
        <Typography fontWeight="bold" style={{ fontFamily: 'monospace' }}>
          {fingerprint}
        </Typography>
      </Flex>
    </Box>
  );
};
