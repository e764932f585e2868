import { Box, Flex, Loader, Typography } from '@strapi/design-system';
import type { DifferencePart, LinkView } from '../../../../server/src/contracts';
import { useReplicationDifferenceQuery } from '../../api/replication-api';
import { useWords } from '../../words/use-words';
import { LoadFailed } from '../LoadFailed';
import { FieldDifference } from './FieldDifference';
import type { Plan } from './preview-run';

interface Props {
  link: LinkView;
  plan: Plan;
  /** What people call the entry. */
  entry: string;
  documentId: string;
  /** The documentId there; null: the same. */
  there: string | null;
  /** Those that differ, as the comparison found; [] where it compared nothing: then all whose values do. */
  fields: readonly string[];
}

/** What differs between an entry here and there, field by field. */
export const Difference = ({ link, plan, entry, documentId, there, fields: differing }: Props) => {
  const say = useWords();
  const request = { id: link.id, uid: plan.uid, level: plan.level, documentId, there };
  // What was read a while ago may have been edited since.
  const { data, error, refetch } = useReplicationDifferenceQuery(request, { refetchOnMountOrArgChange: true });
  if (error) {
    return (
      <Box paddingTop={3}>
        <LoadFailed compact title={say('difference.error')} error={error} onRetry={() => void refetch()} />
      </Box>
    );
  }
  if (!data) return <Loader small>{say('loading')}</Loader>;
  // What a field refers to may have another id there and be the same all the same: the comparison knows.
  const isShown = (name: string) => differing.length === 0 || differing.includes(name);
  const parts = data.parts
    .map((part) => ({ ...part, fields: part.fields.filter(({ name }) => isShown(name)) }))
    .filter(({ fields }) => fields.length > 0);
  return (
    <Flex
      direction="column"
      alignItems="stretch"
      gap={3}
      paddingTop={3}
      tag="section"
      aria-label={say('difference.of', { entry })}
    >
      {data.hidden && (
        <Typography>
          {say('difference.hidden', { name: link.name })}
          {differing.length > 0 && ` ${say('difference.hidden.named')}`}
        </Typography>
      )}
      {parts.length === 0 && !data.hidden && <Typography>{say('difference.none')}</Typography>}
      {parts.map((part) => (
        <Part key={`${part.locale}/${part.status}`} part={part} name={link.name} />
      ))}
    </Flex>
  );
};

const Part = ({ part, name }: { part: DifferencePart; name: string }) => {
  const say = useWords();
  const status = say('difference.published');
  return (
    <Flex direction="column" alignItems="stretch" gap={2}>
      <Typography variant="sigma" textColor="neutral600" tag="h4">
        {part.locale === '' ? status : `${status} · ${part.locale}`}
      </Typography>
      {part.fields.map((field) => (
        <FieldDifference key={field.name} field={field} name={name} />
      ))}
    </Flex>
  );
};
