import { Box, Checkbox, Flex, Typography } from '@strapi/design-system';
import { useId } from 'react';
import type { TypeView } from '../../../../server/src/contracts';
import { useWords } from '../../words/use-words';
import type { PlannedPurpose } from './purposes';

interface Props {
  purpose: PlannedPurpose;
  types: readonly TypeView[];
  name: string;
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}

/** Which content types are shared. */
export const TypeChoice = ({ purpose, types, name, chosen, onChoose }: Props) => {
  const say = useWords();
  const heading = useId();
  const toggle = (uid: string, isChosen: boolean) =>
    onChoose(new Set(isChosen ? [...chosen, uid] : [...chosen].filter((one) => one !== uid)));
  const all = types.length > 0 && types.every(({ uid }) => chosen.has(uid));
  return (
    <Flex direction="column" alignItems="stretch" gap={3} role="group" aria-labelledby={heading}>
      <Typography variant="delta" tag="h3" id={heading}>
        {say('types.title')}
      </Typography>
      <Typography textColor="neutral600">{say('types.hint', { name })}</Typography>
      <Checkbox
        checked={all ? true : chosen.size > 0 ? 'indeterminate' : false}
        onCheckedChange={() => onChoose(new Set(all ? [] : types.map(({ uid }) => uid)))}
      >
        {say('types.all')}
      </Checkbox>
      <Flex tag="ul" gap={3} wrap="wrap" alignItems="stretch">
        {types.map((type) => (
          <Box tag="li" key={type.uid} width="30rem" maxWidth="100%">
            <Checkbox checked={chosen.has(type.uid)} onCheckedChange={(value) => toggle(type.uid, value === true)}>
              <Flex direction="column" alignItems="flex-start">
                <Typography fontWeight="bold">{type.displayName}</Typography>
                <Typography variant="pi" textColor="neutral600">
                  {say('types.entries', { count: type.entries })}
                  {purpose === 'publish' && !type.drafts ? ` – ${say('types.without-drafts')}` : ''}
                </Typography>
              </Flex>
            </Checkbox>
          </Box>
        ))}
      </Flex>
      {all && <Typography textColor="neutral600">{say('types.later')}</Typography>}
      <Box role="status">{chosen.size === 0 && <Typography textColor="danger600">{say('types.none')}</Typography>}</Box>
    </Flex>
  );
};
