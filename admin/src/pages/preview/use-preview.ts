import { useEffect } from 'react';
import type { PreviewRequest } from '../../../../server/src/contracts';
import { usePreviewReplicationMutation } from '../../api/replication-api';
import { nextRequest, withFailure, withPage, type PreviewRun } from './preview-run';

export type ChangeRun = (change: (run: PreviewRun) => PreviewRun) => void;

/** Asks for page after page of a run while it is shown. What is under way when that ends is given up. */
export const usePreview = (link: string, run: PreviewRun, change: ChangeRun): void => {
  const [ask] = usePreviewReplicationMutation();
  const next = nextRequest(run);
  const key = next && JSON.stringify(next);
  useEffect(() => {
    if (key === null) return undefined;
    const request = JSON.parse(key) as PreviewRequest;
    const asked = ask({ id: link, ...request });
    let isAwaited = true;
    void asked.then((answer) => {
      if (!isAwaited) return;
      change((now) =>
        'error' in answer ? withFailure(now, request, answer.error) : withPage(now, request, answer.data)
      );
    });
    return () => {
      isAwaited = false;
      asked.abort();
    };
  }, [ask, change, key, link]);
};
