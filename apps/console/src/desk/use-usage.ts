// Who calls what, added up over the last days: of one API version or of all.
import { useCallback } from 'react';
import { answerOf } from '../api/apis';
import { useResource, type Resource } from '../api/use-resource';
import { readUsage, totals, type Total } from '../portal/usage-words';
import { useConsole } from '../session/console-context';

export const USAGE_DAYS = 30;
const PAGE = 1_000;

export function useUsage(api?: string): Resource<Total[]> {
  const { apis } = useConsole();
  const load = useCallback(async (signal: AbortSignal) => {
    const query = { days: USAGE_DAYS, limit: PAGE, ...(api === undefined ? {} : { api }) };
    const { rows } = await readUsage((cursor) => answerOf(apis.platform.GET('/platform/v1/usage', {
      params: { query: { ...query, ...(cursor === undefined ? {} : { cursor }) } }, signal,
    })));
    return totals(rows);
  }, [apis, api]);
  return useResource(load);
}
