// The own account, read again when something about it was changed here; no subscriptions for who may not have any.
import { useCallback, useContext } from 'react';
import { answerOf, type ApiKeyEntry, type PlanSubscription } from '../api/apis';
import { useResource, type Resource } from '../api/use-resource';
import { ConsoleContext, useConsole } from '../session/console-context';

export function useOwnSubscriptions(): Resource<PlanSubscription[] | undefined> {
  const services = useContext(ConsoleContext);
  const load = useCallback(async (signal: AbortSignal) => {
    if (!services?.session.may('consumers:self')) return undefined;
    return (await answerOf(services.apis.platform.GET('/platform/v1/me/subscriptions', { signal }))).subscriptions;
  }, [services]);
  return useResource(load);
}

export function useOwnKeys(): Resource<ApiKeyEntry[]> {
  const { apis } = useConsole();
  const load = useCallback(async (signal: AbortSignal) =>
    (await answerOf(apis.platform.GET('/platform/v1/me/keys', { signal }))).keys, [apis]);
  return useResource(load);
}
