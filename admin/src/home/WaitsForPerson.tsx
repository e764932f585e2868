import { Link } from '@strapi/design-system';
import { NavLink } from 'react-router-dom';
import type { Overview } from '../../../server/src/contracts';
import { Notice } from '../pages/Notice';
import { SilenceNotice } from '../pages/SilenceNotice';
import { PAGE } from '../words/page-address';
import { useWords } from '../words/use-words';

/** What stands still until somebody does something about it: in short, with the way to where it can be done. */
export const WaitsForPerson = ({ overview }: { overview: Overview }) => {
  const say = useWords();
  const { question, problems, brakes } = overview;
  const subjects = [...new Set(brakes.map(({ subjectName }) => subjectName).filter((name) => name !== ''))];
  const answer = (
    <Link tag={NavLink} to={PAGE}>
      {say('widget.answer')}
    </Link>
  );
  return (
    <>
      <SilenceNotice question={question} problems={problems} />
      {brakes.length > 0 && (
        <Notice compact tone="warning" title={say('brake.title')} action={answer}>
          {subjects.length > 0 && say('widget.about', { subjects: subjects.join(', ') })}
        </Notice>
      )}
    </>
  );
};
