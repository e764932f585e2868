import { Field, SingleSelect, SingleSelectOption } from '@strapi/design-system';
import type { LinkView } from '../../../server/src/contracts';
import { useWords } from '../words/use-words';

interface Props {
  links: LinkView[];
  site: string;
  onChoose: (site: string) => void;
}

/** Which linked site a tab is about. With one there is nothing to choose. */
export const SiteChoice = ({ links, site, onChoose }: Props) => {
  const say = useWords();
  if (links.length < 2) return null;
  return (
    <Field.Root width="32rem" maxWidth="100%">
      <Field.Label>{say('linked-site')}</Field.Label>
      <SingleSelect value={site} onChange={(next) => onChoose(String(next))}>
        {links.map(({ id, name }) => (
          <SingleSelectOption key={id} value={id}>
            {name}
          </SingleSelectOption>
        ))}
      </SingleSelect>
    </Field.Root>
  );
};
