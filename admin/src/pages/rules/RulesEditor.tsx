import { Box, Button, Flex, Table, Tbody, Th, Thead, Tr, Typography } from '@strapi/design-system';
import { useMemo, useState } from 'react';
import type { DependenciesView, LinkView, RuleView, TypeView } from '../../../../server/src/contracts';
import { useMayManageRules } from '../../api/allowed';
import { useReplaceReplicationRulesMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { useWords } from '../../words/use-words';
import { RuleRow } from './RuleRow';
import { GoesAlongDefault } from './GoesAlong';
import { changesBetween, isUnchanged, ruleSetOf, withChoice, withMode } from './rule-changes';
import { SaveRulesDialog } from './SaveRulesDialog';
import { UnsavedChanges } from './UnsavedChanges';

/** Fixed, so that columns do not jump when a choice with a longer name is made. */
const WIDTHS = { 'rules.type': '34%', 'rules.entries': '10%', 'rules.level': '32%', 'rules.direction': '24%' };

interface Props {
  link: LinkView;
  saved: RuleView[];
  types: TypeView[];
  dependencies: DependenciesView;
}

/** A table of content types. Nothing is sent before it is saved, and saving first says what it will do. */
export const RulesEditor = ({ link, saved, types, dependencies }: Props) => {
  const say = useWords();
  const show = useOutcome();
  const mayManage = useMayManageRules();
  const before = useMemo(() => ruleSetOf(saved), [saved]);
  const lockedUids = useMemo(() => new Set(saved.filter(({ locked }) => locked).map(({ uid }) => uid)), [saved]);
  const [rules, setRules] = useState(before);
  const [isConfirming, setConfirming] = useState(false);
  const [replace, { isLoading }] = useReplaceReplicationRulesMutation();
  const unchanged = isUnchanged(before, rules);
  const { id, name } = link;

  const save = async () => {
    const own = [...rules.values()].filter(({ uid }) => !lockedUids.has(uid));
    if (await show(replace({ id, rules: own }), say('rules.saved', { name }))) setConfirming(false);
  };
  const row = (type: TypeView | null) => (
    <RuleRow
      key={type?.uid ?? ''}
      type={type}
      rules={rules}
      site={name}
      isLocked={lockedUids.has(type?.uid ?? '')}
      isDisabled={!mayManage}
      onChoose={(choice) => setRules(withChoice(rules, type?.uid ?? '', choice))}
      defaultMode={dependencies.default}
      onChooseMode={(field, mode) => setRules(withMode(rules, type?.uid ?? '', field, mode))}
    />
  );

  return (
    <Flex direction="column" alignItems="stretch" gap={4}>
      <Flex justifyContent="space-between" alignItems="flex-start" gap={4} wrap="wrap">
        <Box maxWidth="70rem">
          <Typography textColor="neutral600">{say('rules.intro', { name })}</Typography>
        </Box>
        {mayManage && (
          <Flex gap={2}>
            {!unchanged && (
              <Box paddingRight={2}>
                <Typography role="status" textColor="neutral800">
                  {say('rules.unsaved')}
                </Typography>
              </Box>
            )}
            <Button variant="tertiary" disabled={unchanged} onClick={() => setRules(before)}>
              {say('discard')}
            </Button>
            <Button disabled={unchanged} onClick={() => setConfirming(true)}>
              {say('save')}
            </Button>
          </Flex>
        )}
      </Flex>
      <Table colCount={4} rowCount={types.length + 2}>
        <Thead>
          <Tr>
            {(['rules.type', 'rules.entries', 'rules.level', 'rules.direction'] as const).map((word) => (
              <Th key={word} width={WIDTHS[word]}>
                <Typography variant="sigma" textColor="neutral600">
                  {say(word)}
                </Typography>
              </Th>
            ))}
          </Tr>
        </Thead>
        <Tbody>
          {row(null)}
          {types.map(row)}
        </Tbody>
      </Table>
      <GoesAlongDefault link={link} dependencies={dependencies} isDisabled={!mayManage} />
      {!unchanged && <UnsavedChanges />}
      {isConfirming && (
        <SaveRulesDialog
          name={name}
          changes={changesBetween(types, before, rules)}
          isSaving={isLoading}
          onSave={() => void save()}
          onClose={() => setConfirming(false)}
        />
      )}
    </Flex>
  );
};
