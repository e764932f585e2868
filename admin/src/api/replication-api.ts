import { adminApi } from '@strapi/strapi/admin';
import type {
  AlongRequest,
  BrakeAnswerRequest,
  BrakeView,
  CodeView,
  CompareView,
  DependenciesView,
  DependencyMode,
  DifferenceRequest,
  DifferenceView,
  EntryStatus,
  IssuedCode,
  JobView,
  KeyView,
  LeaveRequest,
  LinkView,
  MatchFields,
  MatchRequest,
  MatchResult,
  Overview,
  PreviewPage,
  PreviewRequest,
  QueuePage,
  QueueState,
  RetryResult,
  RuleInput,
  RuleView,
  Site,
  StatusBatch,
  TestResult,
  TypeView,
} from '../../../server/src/contracts';

const at = (path: string): string => `/replication${path}`;
const link = (id: string, path = ''): string => at(`/links/${encodeURIComponent(id)}${path}`);
const entry = (uid: string, id: string, path = ''): string =>
  at(`/entries/${encodeURIComponent(uid)}/${encodeURIComponent(id)}${path}`);

const unwrap = <T>(answer: { data: T }): T => answer.data;

/** The content manager marks what it shows with these, and says so when it changes: our status then is asked for anew. */
const documentTags = (uid: string, ids: readonly string[]) => [
  { type: 'Document' as const, id: `${uid}_LIST` },
  { type: 'Document' as const, id: uid },
  ...ids.map((id) => ({ type: 'Document' as const, id: `${uid}_${id}` })),
];

const api = adminApi
  .enhanceEndpoints({ addTagTypes: ['Replication', 'ReplicationRules', 'Document'] })
  .injectEndpoints({
    endpoints: (build) => ({
      replicationOverview: build.query<Overview, void>({
        query: () => at('/overview'),
        transformResponse: unwrap<Overview>,
        providesTags: ['Replication'],
      }),
      replicationJobs: build.query<JobView[], void>({
        query: () => at('/jobs'),
        transformResponse: unwrap<JobView[]>,
        providesTags: ['Replication'],
      }),
      /** Named by its id, a link's site says what it shares of them. */
      replicationTypes: build.query<TypeView[], string | void>({
        query: (of) => ({ url: at('/types'), method: 'GET', config: { params: of === undefined ? {} : { link: of } } }),
        transformResponse: unwrap<TypeView[]>,
      }),
      replicationRules: build.query<RuleView[], string>({
        query: (id) => link(id, '/rules'),
        transformResponse: unwrap<RuleView[]>,
        providesTags: ['ReplicationRules'],
      }),
      replicationQueue: build.query<QueuePage, { id: string; state: QueueState; page: number }>({
        query: ({ id, ...params }) => ({ url: link(id, '/queue'), method: 'GET', config: { params } }),
        transformResponse: unwrap<QueuePage>,
        providesTags: ['Replication'],
      }),
      replicationEntry: build.query<EntryStatus, { uid: string; documentId: string }>({
        query: ({ uid, documentId }) => entry(uid, documentId),
        transformResponse: unwrap<EntryStatus>,
        providesTags: (_result, _error, { uid, documentId }) => ['Replication', ...documentTags(uid, [documentId])],
      }),
      replicationStatuses: build.query<StatusBatch, { uid: string; documentIds: string[] }>({
        query: (data) => ({ url: at('/entries/status'), method: 'POST', data }),
        transformResponse: unwrap<StatusBatch>,
        providesTags: (_result, _error, { uid, documentIds }) => ['Replication', ...documentTags(uid, documentIds)],
      }),

      answerReplicationPlace: build.mutation<Overview, 'moved' | 'copy'>({
        query: (answer) => ({ url: at(`/site/${answer}`), method: 'POST' }),
        transformResponse: unwrap<Overview>,
        invalidatesTags: ['Replication', 'ReplicationRules'],
      }),
      answerReplicationBrake: build.mutation<BrakeView[], BrakeAnswerRequest>({
        query: (data) => ({ url: at('/brakes/answer'), method: 'POST', data }),
        transformResponse: unwrap<BrakeView[]>,
        invalidatesTags: ['Replication', 'Document'],
      }),
      changeReplicationKey: build.mutation<Site, void>({
        query: () => ({ url: at('/site/key'), method: 'POST' }),
        transformResponse: unwrap<Site>,
        invalidatesTags: ['Replication'],
      }),
      leaveReplication: build.mutation<Overview, LeaveRequest>({
        query: (data) => ({ url: at('/site/leave'), method: 'POST', data }),
        transformResponse: unwrap<Overview>,
        // Also where it failed: the links have ended then.
        invalidatesTags: ['Replication', 'ReplicationRules', 'Document'],
      }),
      replicationKeys: build.query<KeyView[], string>({
        query: (id) => link(id, '/keys'),
        transformResponse: unwrap<KeyView[]>,
        providesTags: ['Replication'],
      }),
      revokeReplicationKey: build.mutation<KeyView[], { id: string; key: string }>({
        query: ({ id, key }) => ({ url: link(id, `/keys/${encodeURIComponent(key)}/revoke`), method: 'POST' }),
        transformResponse: unwrap<KeyView[]>,
        invalidatesTags: ['Replication'],
      }),
      issueReplicationCode: build.mutation<IssuedCode, void>({
        query: () => ({ url: at('/links/codes'), method: 'POST' }),
        transformResponse: unwrap<IssuedCode>,
      }),
      readReplicationCode: build.mutation<CodeView, string>({
        query: (code) => ({ url: at('/links/codes/read'), method: 'POST', data: { code } }),
        transformResponse: unwrap<CodeView>,
      }),
      redeemReplicationCode: build.mutation<LinkView, string>({
        query: (code) => ({ url: at('/links/redeem'), method: 'POST', data: { code } }),
        transformResponse: unwrap<LinkView>,
        invalidatesTags: ['Replication'],
      }),
      actOnReplicationLink: build.mutation<LinkView, { id: string; act: 'accept' | 'refuse' | 'pause' | 'resume' }>({
        query: ({ id, act }) => ({ url: link(id, `/${act}`), method: 'POST' }),
        transformResponse: unwrap<LinkView>,
        invalidatesTags: ['Replication'],
      }),
      pauseReplication: build.mutation<Overview, 'pause' | 'resume'>({
        query: (act) => ({ url: at(`/${act}`), method: 'POST' }),
        transformResponse: unwrap<Overview>,
        invalidatesTags: ['Replication'],
      }),
      testReplicationLink: build.mutation<TestResult, string>({
        query: (id) => ({ url: link(id, '/test'), method: 'POST' }),
        transformResponse: unwrap<TestResult>,
        invalidatesTags: ['Replication'],
      }),
      renameReplicationLink: build.mutation<LinkView, { id: string; name: string }>({
        query: ({ id, name }) => ({ url: link(id), method: 'PUT', data: { name } }),
        transformResponse: unwrap<LinkView>,
        invalidatesTags: ['Replication'],
      }),
      unlinkReplicationSite: build.mutation<null, string>({
        query: (id) => ({ url: link(id), method: 'DELETE' }),
        transformResponse: unwrap<null>,
        invalidatesTags: ['Replication', 'ReplicationRules'],
      }),
      replaceReplicationRules: build.mutation<RuleView[], { id: string; rules: RuleInput[] }>({
        query: ({ id, rules }) => ({ url: link(id, '/rules'), method: 'PUT', data: { rules } }),
        transformResponse: unwrap<RuleView[]>,
        invalidatesTags: ['Replication', 'ReplicationRules'],
      }),
      replicationDependencies: build.query<DependenciesView, string>({
        query: (id) => link(id, '/dependencies'),
        transformResponse: unwrap<DependenciesView>,
        providesTags: ['ReplicationRules'],
      }),
      setReplicationDependencies: build.mutation<DependenciesView, { id: string; default: DependencyMode }>({
        query: ({ id, ...data }) => ({ url: link(id, '/dependencies'), method: 'PUT', data }),
        transformResponse: unwrap<DependenciesView>,
        invalidatesTags: ['Replication', 'ReplicationRules'],
      }),
      sendReplicationAlong: build.mutation<null, { uid: string; documentId: string; target: AlongRequest }>({
        query: ({ uid, documentId, target }) => ({
          url: entry(uid, documentId, '/along'),
          method: 'POST',
          data: target,
        }),
        transformResponse: unwrap<null>,
        invalidatesTags: ['Replication'],
      }),
      retryReplicationLink: build.mutation<RetryResult, string>({
        query: (id) => ({ url: link(id, '/retry'), method: 'POST' }),
        transformResponse: unwrap<RetryResult>,
        invalidatesTags: ['Replication'],
      }),
      retryReplicationEntry: build.mutation<RetryResult, { uid: string; documentId: string; link?: string }>({
        query: ({ uid, documentId, link: to }) => ({
          url: entry(uid, documentId, '/retry'),
          method: 'POST',
          data: to === undefined ? {} : { link: to },
        }),
        transformResponse: unwrap<RetryResult>,
        invalidatesTags: ['Replication'],
      }),
      replicationMatchFields: build.query<MatchFields, string>({
        query: (id) => link(id, '/match-fields'),
        transformResponse: unwrap<MatchFields>,
      }),
      // A page is asked for once and summed up, so it is not kept here.
      previewReplication: build.mutation<PreviewPage, PreviewRequest & { id: string }>({
        query: ({ id, ...data }) => ({ url: link(id, '/preview'), method: 'POST', data }),
        transformResponse: unwrap<PreviewPage>,
      }),
      replicationDifference: build.query<DifferenceView, DifferenceRequest & { id: string }>({
        query: ({ id, ...data }) => ({ url: link(id, '/difference'), method: 'POST', data }),
        transformResponse: unwrap<DifferenceView>,
        providesTags: (_result, _error, { uid, documentId }) => documentTags(uid, [documentId]),
      }),
      matchReplicationEntries: build.mutation<MatchResult, MatchRequest & { id: string }>({
        query: ({ id, ...data }) => ({ url: link(id, '/match'), method: 'POST', data }),
        transformResponse: unwrap<MatchResult>,
      }),
      compareReplicationLink: build.mutation<CompareView, { id: string; repair: boolean }>({
        query: ({ id, repair }) => ({ url: link(id, '/compare'), method: 'POST', data: { repair } }),
        transformResponse: unwrap<CompareView>,
        invalidatesTags: ['Replication'],
      }),
    }),
    overrideExisting: false,
  });

export const {
  useReplicationOverviewQuery,
  useReplicationJobsQuery,
  useReplicationTypesQuery,
  useReplicationRulesQuery,
  useReplicationQueueQuery,
  useReplicationEntryQuery,
  useReplicationStatusesQuery,
  useAnswerReplicationPlaceMutation,
  useAnswerReplicationBrakeMutation,
  useChangeReplicationKeyMutation,
  useLeaveReplicationMutation,
  useReplicationKeysQuery,
  useRevokeReplicationKeyMutation,
  useIssueReplicationCodeMutation,
  useReadReplicationCodeMutation,
  useRedeemReplicationCodeMutation,
  useActOnReplicationLinkMutation,
  usePauseReplicationMutation,
  useTestReplicationLinkMutation,
  useRenameReplicationLinkMutation,
  useUnlinkReplicationSiteMutation,
  useReplaceReplicationRulesMutation,
  useReplicationDependenciesQuery,
  useSetReplicationDependenciesMutation,
  useSendReplicationAlongMutation,
  useRetryReplicationLinkMutation,
  useRetryReplicationEntryMutation,
  useCompareReplicationLinkMutation,
  useReplicationMatchFieldsQuery,
  usePreviewReplicationMutation,
  useReplicationDifferenceQuery,
  useMatchReplicationEntriesMutation,
  useLazyReplicationRulesQuery,
} = api;
