// Asking for a plan: at once where the plan accepts by itself, with a word to the API owner where a person decides.
import { answerOf, type ApiPlan } from '../api/apis';
import { useConsole } from '../session/console-context';
import { ConfirmStep } from '../shell/confirm-step';

export function Subscribe({ plan, onDone }: { plan: ApiPlan; onDone: () => void }) {
  const { apis } = useConsole();
  const environment = plan.environments.includes('live') ? 'live' as const : 'sandbox' as const;
  const send = async (reason: string, key: string) => {
    await answerOf(apis.platform.POST('/platform/v1/me/subscriptions', {
      params: { header: { 'Idempotency-Key': key } }, body: { plan: plan.id, environment, reason },
    }));
    onDone();
  };
  const asks = plan.approval === 'manual';
  return (
    <ConfirmStep label={environment === 'live' ? 'Ask for production…' : 'Subscribe…'} of={`with ${plan.id}`}
      send={send}
      does={asks ? 'The API owner reads why, and decides. You see the answer here.' : 'It is in force at once.'} />
  );
}
