// The own account, read again when something about it was changed here; nothing of it for who may not have one.
import { useCallback, useContext } from 'react';
import { answerOf, type ApiKeyEntry, type PlanSubscription } from '../api/apis';
import { useResource, type Resource } from '../api/use-resource';
import { ConsoleContext } from '../session/console-context';

export function useOwnSubscriptions(): Resource<PlanSubscription[] | undefined> {
  const services = useContext(ConsoleContext);
  const load = useCallback(async (signal: AbortSignal) => {
    if (!services?.session.may('consumers:self')) return undefined;
    return (await answerOf(services.apis.platform.GET('/platform/v1/me/subscriptions', { signal }))).subscriptions;
  }, [services]);
  return useResource(load);
}

export function useOwnKeys(): Resource<ApiKeyEntry[] | undefined> {
  const services = useContext(ConsoleContext);
  const load = useCallback(async (signal: AbortSignal) =>
    (services ? (await answerOf(services.apis.platform.GET('/platform/v1/me/keys', { signal }))).keys : undefined),
  [services]);
  return useResource(load);
}
