import { Box, Flex, Typography } from '@strapi/design-system';
import type { LinkView, MatchFields, TypeView } from '../../../../server/src/contracts';
import { useWords } from '../../words/use-words';
import { Notice } from '../Notice';
import { AbsentTypes } from './AbsentTypes';
import { PreviewFailure } from './PreviewFailure';
import { PreviewProgress } from './PreviewProgress';
import { PreviewTotals } from './PreviewTotals';
import { absentFrom, isComplete, type PreviewRun } from './preview-run';
import type { Intent } from './preview-words';
import { sumsOf } from './preview-sums';
import { TypeCard } from './TypeCard';
import { usePreview, type ChangeRun } from './use-preview';

interface Props {
  link: LinkView;
  types: readonly TypeView[];
  fields: MatchFields;
  run: PreviewRun;
  onChange: ChangeRun;
  intent: Intent;
  /** Does without a type that cannot be compared; null: that cannot be chosen here. */
  onLeaveOut: ((uid: string) => void) | null;
}

/** What sharing would do, or does: sums first, then each content type with its entries. Nothing is changed by it. */
export const PreviewView = ({ link, types, fields, run, intent, onChange, onLeaveOut }: Props) => {
  const say = useWords();
  usePreview(link.id, run, onChange);
  const sums = sumsOf(run);
  const complete = isComplete(run);
  const absent = absentFrom(run);
  const { name } = link;
  const nameOf = (uid: string) => types.find((type) => type.uid === uid)?.displayName ?? uid;
  return (
    <Flex direction="column" alignItems="stretch" gap={4}>
      {run.failure ? (
        <PreviewFailure
          failure={run.failure}
          type={nameOf(run.failure.uid)}
          name={name}
          onChange={onChange}
          onLeaveOut={onLeaveOut}
        />
      ) : absent.length > 0 ? (
        <AbsentTypes
          absent={absent.map(nameOf)}
          name={name}
          onChange={onChange}
          onLeaveOut={onLeaveOut && absent.length < run.types.length ? () => absent.forEach(onLeaveOut) : null}
        />
      ) : (
        !complete && <PreviewProgress run={run} nameOf={nameOf} onChange={onChange} />
      )}
      <Box role="status">{complete && <Typography variant="pi">{say('preview.complete')}</Typography>}</Box>
      {complete && sums.total + sums.totalThere === 0 ? (
        <Notice tone="primary" title={say('preview.empty')}>
          {say('preview.empty.text', { name })}
        </Notice>
      ) : (
        <PreviewTotals sums={sums} run={run} name={name} intent={intent} isComplete={complete} />
      )}
      <Flex tag="ul" direction="column" alignItems="stretch" gap={4}>
        {run.types.map((type) => (
          <li key={type.plan.uid}>
            <TypeCard
              link={link}
              title={nameOf(type.plan.uid)}
              preview={type}
              fields={fields[type.plan.uid] ?? []}
              intent={intent}
              onChange={onChange}
            />
          </li>
        ))}
      </Flex>
    </Flex>
  );
};
