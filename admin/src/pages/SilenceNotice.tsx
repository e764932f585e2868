import { Link } from '@strapi/design-system';
import { NavLink } from 'react-router-dom';
import type { Silence } from '../api/use-silence';
import { Notice } from './Notice';
import { PAGE } from '../words/page-address';
import { problemWord } from '../words/problem-words';
import { useWords } from '../words/use-words';

/** Why this whole site sends nothing, in short, with the way to where somebody can do something about it. */
export const SilenceNotice = ({ question, problems }: Silence) => {
  const say = useWords();
  return (
    <>
      {question && (
        <Notice compact tone="danger" title={say('place.title')}>
          <Link tag={NavLink} to={PAGE}>
            {say('widget.answer')}
          </Link>
        </Notice>
      )}
      {problems.map(({ code, message }) => (
        <Notice key={code} compact tone="warning" title={say('problem.title')}>
          {problemWord(say, { code, message })}
        </Notice>
      ))}
    </>
  );
};
