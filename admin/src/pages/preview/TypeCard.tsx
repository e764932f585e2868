import { Flex, Typography } from '@strapi/design-system';
import { useState } from 'react';
import type { LinkView } from '../../../../server/src/contracts';
import { useWords } from '../../words/use-words';
import { Card } from '../Card';
import { Question } from '../Question';
import { EntryGroup } from './EntryGroup';
import { MatchField } from './MatchField';
import { decisionsIn, GROUPS, matchedBy, type TypePreview } from './preview-run';
import { OnlyThere } from './OnlyThere';
import { onlyThere } from './preview-sums';
import type { Intent } from './preview-words';
import type { ChangeRun } from './use-preview';

interface Props {
  link: LinkView;
  title: string;
  preview: TypePreview;
  /** The fields that entries can be found by. */
  fields: readonly string[];
  intent: Intent;
  onChange: ChangeRun;
}

/** One content type: how many entries there are on each side, how they are found, and what happens with them. */
export const TypeCard = ({ link, title, preview, fields, intent, onChange }: Props) => {
  const say = useWords();
  const { plan, total, totalThere, counts, seen } = preview;
  const { name } = link;
  const isKnown = preview.isDone || seen > 0;
  const decided = decisionsIn([preview]);
  const [asked, setAsked] = useState<{ by: string | null } | null>(null);
  return (
    <Card label={title}>
      <Flex direction="column" alignItems="stretch" gap={4}>
        <Flex justifyContent="space-between" alignItems="baseline" gap={2} wrap="wrap">
          <Typography variant="delta" tag="h3">
            {title}
          </Typography>
          <Typography textColor="neutral600">
            {isKnown ? say('type.entries', { here: total, there: totalThere, name }) : say('type.waiting')}
          </Typography>
        </Flex>
        {fields.length > 0 && total > 0 && totalThere > 0 && (
          <MatchField
            type={title}
            fields={fields}
            by={plan.by}
            intent={intent}
            onChoose={(by) => (decided > 0 ? setAsked({ by }) : onChange((run) => matchedBy(run, plan.uid, by)))}
          />
        )}
        {GROUPS.filter((group) => counts[group] > 0).map((group) => (
          <EntryGroup
            key={group}
            link={link}
            title={title}
            group={group}
            preview={preview}
            intent={intent}
            onChange={onChange}
          />
        ))}
        {onlyThere(preview) > 0 && <OnlyThere name={name} preview={preview} intent={intent} />}
        {asked && (
          <Question
            isGrave
            onConfirm={() => {
              setAsked(null);
              onChange((run) => matchedBy(run, plan.uid, asked.by));
            }}
            onClose={() => setAsked(null)}
          >
            {say('choices.again', { count: decided })}
          </Question>
        )}
      </Flex>
    </Card>
  );
};
