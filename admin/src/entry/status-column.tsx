import en from '../translations/en.json';
import { StatusCell } from './StatusCell';

interface Column {
  name: string;
  label: { id: string; defaultMessage: string };
  searchable: boolean;
  sortable: boolean;
  cellFormatter: (row: { documentId: string }, header: unknown, context: { model: string }) => JSX.Element;
}

interface ListLayout {
  displayedHeaders: unknown[];
  layout: unknown;
}

/** Adds a column with the entry's status to the content manager's lists. */
export const addStatusColumn = ({ displayedHeaders, layout }: ListLayout): ListLayout => {
  const column: Column = {
    name: 'replication',
    label: { id: 'replication.column', defaultMessage: en.column },
    searchable: false,
    sortable: false,
    cellFormatter: ({ documentId }, _header, { model }) => <StatusCell uid={model} documentId={documentId} />,
  };
  return { displayedHeaders: [...displayedHeaders, column], layout };
};
