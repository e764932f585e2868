import { Button, Flex } from '@strapi/design-system';
import { Layouts, Page } from '@strapi/strapi/admin';
import { useState } from 'react';
import type { LinkView, MatchFields, TypeView } from '../../../../server/src/contracts';
import { useWords } from '../../words/use-words';
import { LoadFailed } from '../LoadFailed';
import { Notice } from '../Notice';
import { plansOfSaved } from '../setup/purposes';
import { leftOut, startRun, type Plan } from './preview-run';
import { PreviewView } from './PreviewView';
import { useComparable } from './use-comparable';

interface Props {
  link: LinkView;
  onClose: () => void;
}

/** What the contents of both sites have in common, at any time, as the saved rules share them. */
export const ComparePage = ({ link, onClose }: Props) => {
  const say = useWords();
  const { data, error, retry } = useComparable(link.id);
  const { name } = link;
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
        {data ? (
          <Compared link={link} plans={plansOfSaved(data.rules, data.types)} types={data.types} fields={data.fields} />
        ) : error ? (
          <LoadFailed title={say('compare.error')} error={error} onRetry={retry} />
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
        <Button variant="secondary" onClick={() => setRun(startRun(plans))}>
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
        onLeaveOut={run.types.length > 1 ? (uid) => setRun((now) => leftOut(now, uid)) : null}
      />
    </Flex>
  );
};
