import {
  Badge,
  Box,
  Flex,
  SingleSelect,
  SingleSelectOption,
  Td,
  TextButton,
  Tr,
  Typography,
} from '@strapi/design-system';
import { CaretDown, CaretUp, Lock } from '@strapi/icons';
import { useState } from 'react';
import type { DependencyMode, Level, TypeView } from '../../../../server/src/contracts';
import { levelWord, ruleWord, theirsWord } from '../../words/sharing-words';
import { useWords } from '../../words/use-words';
import { GoesAlongFields } from './GoesAlong';
import { effective, type Choice, type RuleSet, isSent } from './rule-changes';
import { WhoEdits } from './WhoEdits';

interface Props {
  /** null: the row for all other types. */
  type: TypeView | null;
  rules: RuleSet;
  site: string;
  isLocked: boolean;
  isDisabled: boolean;
  onChoose: (choice: Choice | null) => void;
  /** What goes along where no field says otherwise. */
  defaultMode: DependencyMode;
  onChooseMode: (field: string, mode: DependencyMode | null) => void;
}

const INHERIT = 'INHERIT';

export const RuleRow = ({ type, rules, site, isLocked, isDisabled, onChoose, defaultMode, onChooseMode }: Props) => {
  const say = useWords();
  const [isOpen, setOpen] = useState(false);
  const uid = type?.uid ?? '';
  const title = type?.displayName ?? say('rules.others');
  const drafts = type?.drafts ?? true;
  const own = rules.get(uid);
  const holds = effective(rules, uid);
  const levels: Level[] =
    drafts || own?.level === 'PUBLISHED' ? ['EVERYTHING', 'PUBLISHED', 'NONE'] : ['EVERYTHING', 'NONE'];
  const theirs = type?.theirs ?? null;
  const others = type ? effective(withoutOwn(rules, uid), uid) : null;
  const fallback = others ? ruleWord(say, others, drafts, site) : theirsWord(say, theirs, drafts, site);
  const inherited = type && rules.has('') ? say('rules.inherit', { rule: fallback }) : fallback;
  const isFixed = isLocked || isDisabled;

  // Where all other types have a rule, too, everything that is referred to goes by that.
  const fields = own && isSent(own) && !rules.has('') ? fieldsWithoutRule(type, rules) : [];

  return (
    <>
      <Tr>
        <Td>
          <Flex gap={2} wrap="wrap">
            <Typography fontWeight="bold" style={{ whiteSpace: 'normal' }}>
              {title}
            </Typography>
            {type?.kind === 'singleType' && <Badge>{say('type.single')}</Badge>}
            {type?.localized && <Badge>{say('type.localized')}</Badge>}
          </Flex>
          {fields.length > 0 && (
            <Box paddingTop={1}>
              <TextButton
                aria-expanded={isOpen}
                aria-label={say('along.open', { type: title })}
                endIcon={isOpen ? <CaretUp aria-hidden /> : <CaretDown aria-hidden />}
                onClick={() => setOpen(!isOpen)}
              >
                {say('along.title')}
              </TextButton>
            </Box>
          )}
          {type !== null && type.localFields.length > 0 && (
            <Box paddingTop={1}>
              <Typography variant="pi" textColor="neutral600" style={{ whiteSpace: 'normal' }}>
                {say('rules.local', { fields: type.localFields.join(', ') })}
              </Typography>
            </Box>
          )}
          {isLocked && (
            <Flex gap={1} paddingTop={1}>
              <Lock fill="neutral600" width="12px" height="12px" aria-hidden />
              <Typography variant="pi" textColor="neutral600">
                {say('locked.configuration')}
              </Typography>
            </Flex>
          )}
        </Td>
        <Td>
          <Typography>{type ? type.entries : ''}</Typography>
        </Td>
        <Td>
          <SingleSelect
            aria-label={say('rules.level.of', { type: title })}
            value={own ? own.level : INHERIT}
            disabled={isFixed}
            onChange={(value) =>
              onChoose(value === INHERIT ? null : { level: value as Level, direction: holds?.direction ?? 'BOTH' })
            }
          >
            <SingleSelectOption value={INHERIT}>{inherited}</SingleSelectOption>
            {levels.map((level) => (
              <SingleSelectOption key={level} value={level}>
                {levelWord(say, level, drafts)}
              </SingleSelectOption>
            ))}
          </SingleSelect>
        </Td>
        <Td>
          <WhoEdits
            type={title}
            own={own ?? null}
            holds={holds}
            theirs={theirs}
            site={site}
            isDisabled={isFixed}
            onChoose={onChoose}
          />
        </Td>
      </Tr>
      {isOpen && fields.length > 0 && (
        <Tr>
          <Td colSpan={4}>
            <GoesAlongFields
              type={title}
              fields={fields}
              site={site}
              fallback={defaultMode}
              chosen={own?.dependencies ?? {}}
              isDisabled={isFixed}
              onChoose={onChooseMode}
            />
          </Td>
        </Tr>
      )}
    </>
  );
};

/** Fields that refer to some type without a rule: what the others refer to goes by its own. */
const fieldsWithoutRule = (type: TypeView | null, rules: RuleSet): string[] =>
  (type?.refers ?? []).filter(({ types }) => types.some((uid) => !rules.has(uid))).map(({ field }) => field);

const withoutOwn = (rules: RuleSet, uid: string): RuleSet => new Map([...rules].filter(([of]) => of !== uid));
