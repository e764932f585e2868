import { Box, Button, Flex, Table, Tbody, Th, Thead, Tr, Typography } from '@strapi/design-system';
import { useMemo, useState } from 'react';
import { useIntl } from 'react-intl';
import type { DependenciesView, LinkView, RuleView, TypeView } from '../../../../server/src/contracts';
import { useMayManageRules } from '../../api/allowed';
import { useLazyReplicationRulesQuery, useReplaceReplicationRulesMutation } from '../../api/replication-api';
import { useOutcome } from '../../api/use-outcome';
import { useWords } from '../../words/use-words';
import { Notice } from '../Notice';
import { UnsavedChanges } from '../UnsavedChanges';
import { RuleRow } from './RuleRow';
import { GoesAlongDefault } from './GoesAlong';
import { draftOf, onTopOf } from './draft';
import { changesBetween, isUnchanged, withChoice, withMode, type RuleSet } from './rule-changes';
import { SaveRulesDialog } from './SaveRulesDialog';

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
  const { formatList } = useIntl();
  const show = useOutcome();
  const mayManage = useMayManageRules();
  const lockedUids = useMemo(() => new Set(saved.filter(({ locked }) => locked).map(({ uid }) => uid)), [saved]);
  const [draft, setDraft] = useState(() => draftOf(saved));
  const [known, setKnown] = useState(saved);
  if (saved !== known) {
    setKnown(saved);
    setDraft(onTopOf(draft, saved));
  }
  const { before, rules, theirs } = draft;
  const change = (to: (rules: RuleSet) => RuleSet) => setDraft((now) => ({ ...now, rules: to(now.rules) }));
  const [isConfirming, setConfirming] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const [read] = useLazyReplicationRulesQuery();
  const [replace] = useReplaceReplicationRulesMutation();
  const unchanged = isUnchanged(before, rules);
  const { id, name } = link;

  /** Asks for the rules as they are now before it replaces them: nobody sees what somebody else saves meanwhile. */
  const save = async () => {
    const reading: Promise<{ data: RuleView[] } | { error: unknown }> = read(id).then(({ data, error }) =>
      data && !error ? { data } : { error }
    );
    const now = await show(reading);
    if (!now) return;
    const met = onTopOf(draft, now.data);
    // Where the answer to an earlier call was lost, they are saved already.
    const isSaved = isUnchanged(met.before, met.rules);
    if (met !== draft && !isSaved) {
      setDraft(met);
      return setConfirming(false);
    }
    const own = [...rules.values()].filter(({ uid }) => !lockedUids.has(uid));
    const answer = await show<RuleView[]>(
      isSaved ? reading : replace({ id, rules: own }),
      say('rules.saved', { name })
    );
    if (!answer) return;
    setDraft(draftOf(answer.data));
    setConfirming(false);
  };
  const saveOnce = () => {
    setSaving(true);
    void save().finally(() => setSaving(false));
  };
  const typeName = (uid: string) => types.find((type) => type.uid === uid)?.displayName ?? say('rules.others');
  const row = (type: TypeView | null) => (
    <RuleRow
      key={type?.uid ?? ''}
      type={type}
      rules={rules}
      site={name}
      isLocked={lockedUids.has(type?.uid ?? '')}
      isDisabled={!mayManage}
      onChoose={(choice) => change((now) => withChoice(now, type?.uid ?? '', choice))}
      defaultMode={dependencies.default}
      onChooseMode={(field, mode) => change((now) => withMode(now, type?.uid ?? '', field, mode))}
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
            <Button
              variant="tertiary"
              disabled={unchanged}
              onClick={() => setDraft({ before, rules: before, theirs: [] })}
            >
              {say('discard')}
            </Button>
            <Button disabled={unchanged} onClick={() => setConfirming(true)}>
              {say('save')}
            </Button>
          </Flex>
        )}
      </Flex>
      {theirs.length > 0 && (
        <Notice tone="warning" title={say('rules.meanwhile', { name })}>
          {say('rules.meanwhile.text', { types: formatList(theirs.map(typeName)) })}
        </Notice>
      )}
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
      {!unchanged && <UnsavedChanges question={say('rules.leave')} />}
      {isConfirming && (
        <SaveRulesDialog
          name={name}
          changes={changesBetween(types, before, rules)}
          isSaving={isSaving}
          onSave={saveOnce}
          onClose={() => setConfirming(false)}
        />
      )}
    </Flex>
  );
};
