// Who calls what, added up over the last days: of one API version or of all.
import { useCallback } from 'react';
import { answerOf } from '../api/apis';
import { useResource, type Resource } from '../api/use-resource';
import { readUsage, totals, type Total } from '../portal/usage-words';
import { useConsole } from '../session/console-context';

export const USAGE_DAYS = 30;

/** Usage added up; `whole` is false when there was more than is read. */
export function useUsage(api?: string): Resource<{ sums: Total[]; whole: boolean }> {
  const { apis } = useConsole();
  const load = useCallback(async (signal: AbortSignal) => {
    const { rows, whole } = await readUsage((page) => answerOf(apis.platform.GET('/platform/v1/usage', {
      params: { query: { days: USAGE_DAYS, ...(api === undefined ? {} : { api }), ...page } }, signal,
    })));
    return { sums: totals(rows), whole };
  }, [apis, api]);
  return useResource(load);
}
