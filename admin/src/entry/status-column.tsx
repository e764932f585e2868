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
  displayedHeaders: { name: string }[];
  layout: { settings?: { mainField?: string } };
}

/**
 * Adds a column with the entry's status to the content manager's lists, right after the entry's name. Strapi's own extra
 * columns come last, where a list with long texts pushes them out of sight.
 */
export const addStatusColumn = ({ displayedHeaders, layout }: ListLayout): ListLayout => {
  const column: Column = {
    name: 'replication',
    label: { id: 'replication.column', defaultMessage: en.column },
    searchable: false,
    sortable: false,
    cellFormatter: ({ documentId }, _header, { model }) => <StatusCell uid={model} documentId={documentId} />,
  };
  const after = displayedHeaders.findIndex(({ name }) => name === layout.settings?.mainField);
  const at = after === -1 ? displayedHeaders.length : after + 1;
  return { displayedHeaders: [...displayedHeaders.slice(0, at), column, ...displayedHeaders.slice(at)], layout };
};
