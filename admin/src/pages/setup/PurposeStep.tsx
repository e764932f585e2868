import { Button, Flex, Link, Radio } from '@strapi/design-system';
import type { LinkView, Site, TypeView } from '../../../../server/src/contracts';
import { siteAddress } from '../../words/site-address';
import { useWords } from '../../words/use-words';
import { Card } from '../Card';
import { Notice } from '../Notice';
import { PurposeOption } from './PurposeOption';
import { PURPOSES, type Purpose } from './purposes';
import { StepFrame } from './StepFrame';
import { TypeChoice } from './TypeChoice';
import { withPurpose, withTypes, type Wizard } from './wizard';

interface Props {
  site: Site;
  link: LinkView;
  types: readonly TypeView[];
  wizard: Wizard;
  onChange: (change: (wizard: Wizard) => Wizard) => void;
  onCancel: () => void;
  onContinue: () => void;
}

/** What the link is for. From that the rules follow. */
export const PurposeStep = ({ site, link, types, wizard, onChange, onCancel, onContinue }: Props) => {
  const say = useWords();
  const { name, url } = link;
  const { purpose, chosen } = wizard;
  // A site without entries is most likely the one that shows them: there, the question comes first.
  const isEmpty = types.every(({ entries }) => entries === 0);
  const other = (
    <Notice
      tone="primary"
      title={say('purpose.other', { name })}
      action={
        <Link href={siteAddress(url)} isExternal>
          {say('locked.open', { site: name })}
        </Link>
      }
    >
      {say('purpose.other.text', { name })}
    </Notice>
  );
  return (
    <StepFrame
      step="purpose"
      title={say('purpose.title')}
      intro={say('purpose.intro', { site: site.name, name })}
      next={say(purpose === 'configure' ? 'purpose.next.rules' : 'purpose.next')}
      actions={
        <>
          <Button variant="tertiary" onClick={onCancel}>
            {say(isEmpty ? 'purpose.leave' : 'cancel', { name })}
          </Button>
          <Button disabled={purpose !== 'configure' && chosen.size === 0} onClick={onContinue}>
            {say(purpose === 'configure' ? 'purpose.rules' : 'continue')}
          </Button>
        </>
      }
    >
      {isEmpty && other}
      <Card>
        <Flex direction="column" alignItems="stretch" gap={6}>
          <Radio.Group
            aria-label={say('purpose.title')}
            value={purpose}
            onValueChange={(value) => onChange((now) => withPurpose(now, value as Purpose, types))}
          >
            {PURPOSES.map((one) => (
              <PurposeOption key={one} purpose={one} site={site.name} name={name} isChosen={one === purpose} />
            ))}
          </Radio.Group>
          {purpose !== 'configure' && (
            <TypeChoice
              purpose={purpose}
              types={types}
              name={name}
              chosen={chosen}
              onChoose={(next) => onChange((now) => withTypes(now, next))}
            />
          )}
        </Flex>
      </Card>
      {!isEmpty && other}
    </StepFrame>
  );
};
