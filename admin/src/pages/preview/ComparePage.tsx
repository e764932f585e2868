import { Button, Flex } from '@strapi/design-system';
import { Layouts, Page, useAPIErrorHandler } from '@strapi/strapi/admin';
import { useState } from 'react';
import type { LinkView, MatchFields, TypeView } from '../../../../server/src/contracts';
import {
  useReplicationMatchFieldsQuery,
  useReplicationRulesQuery,
  useReplicationTypesQuery,
} from '../../api/replication-api';
import { useWords } from '../../words/use-words';
import { Notice } from '../Notice';
import { plansOfSaved } from '../setup/purposes';
import { again, startRun, type Plan } from './preview-run';
import { PreviewView } from './PreviewView';

interface Props {
  link: LinkView;
  onClose: () => void;
}

/** What the contents of both sites have in common, at any time, as the saved rules share them. */
export const ComparePage = ({ link, onClose }: Props) => {
  const say = useWords();
  const { formatAPIError } = useAPIErrorHandler();
  const rules = useReplicationRulesQuery(link.id);
  const types = useReplicationTypesQuery(undefined, { refetchOnMountOrArgChange: true });
  const fields = useReplicationMatchFieldsQuery(link.id);
  const { name } = link;
  const error = rules.error ?? types.error ?? fields.error;
  const retry = () => {
    void rules.refetch();
    void types.refetch();
    void fields.refetch();
  };
  return (
    <Page.Main>
      <Page.Title>{say('content.title', { name })}</Page.Title>
      <Layouts.Header
        title={say('content.title', { name })}
        subtitle={say('content.subtitle', { name })}
        primaryAction={
          <Button variant="tertiary" onClick={onClose}>
            {say('close')}
          </Button>
        }
      />
      <Layouts.Content>
        {error ? (
          <Notice
            tone="danger"
            title={say('compare.error')}
            action={
              <Button size="S" variant="tertiary" onClick={retry}>
                {say('try-again')}
              </Button>
            }
          >
            {formatAPIError(error as never)}
          </Notice>
        ) : rules.data && types.data && fields.data ? (
          <Compared link={link} plans={plansOfSaved(rules.data, types.data)} types={types.data} fields={fields.data} />
        ) : (
          <Page.Loading>{say('loading')}</Page.Loading>
        )}
      </Layouts.Content>
    </Page.Main>
  );
};

const Compared = ({
  link,
  plans,
  types,
  fields,
}: {
  link: LinkView;
  plans: readonly Plan[];
  types: readonly TypeView[];
  fields: MatchFields;
}) => {
  const say = useWords();
  const [run, setRun] = useState(() => startRun(plans));
  const { name } = link;
  if (plans.length === 0) {
    return (
      <Notice tone="primary" title={say('content.nothing')}>
        {say('content.nothing.text', { name })}
      </Notice>
    );
  }
  return (
    <Flex direction="column" alignItems="stretch" gap={4}>
      <Flex justifyContent="flex-end">
        <Button variant="secondary" onClick={() => setRun(again)}>
          {say('compare.again')}
        </Button>
      </Flex>
      <PreviewView
        link={link}
        types={types}
        fields={fields}
        run={run}
        intent="look"
        onChange={setRun}
        onLeaveOut={null}
      />
    </Flex>
  );
};
