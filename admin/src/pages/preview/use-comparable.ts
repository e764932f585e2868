import {
  useReplicationMatchFieldsQuery,
  useReplicationRulesQuery,
  useReplicationTypesQuery,
} from '../../api/replication-api';

/** What comparing with a link needs. What was read stays where reading it again fails. */
export const useComparable = (link: string) => {
  const rules = useReplicationRulesQuery(link);
  const types = useReplicationTypesQuery(undefined, { refetchOnMountOrArgChange: true });
  const fields = useReplicationMatchFieldsQuery(link);
  const retry = () => {
    void rules.refetch();
    void types.refetch();
    void fields.refetch();
  };
  const data =
    rules.data && types.data && fields.data ? { rules: rules.data, types: types.data, fields: fields.data } : null;
  return { data, error: rules.error ?? types.error ?? fields.error, retry };
};
