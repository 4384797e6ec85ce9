// Subscriptions: those that wait for a decision first, and the others by state, each with what may be decided about it.
import { useCallback, useState } from 'react';
import { Group, SegmentedControl, Text } from '@mantine/core';
import { answerOf, type PlanSubscription } from '../api/apis';
import { Awaited } from '../api/awaited';
import { useResource } from '../api/use-resource';
import { moment } from '../format';
import { SubscriptionState } from '../portal/catalogue.page';
import { useConsole } from '../session/console-context';
import pieces from '../shell/pieces.module.css';
import { Desk } from './desk';
import { StateSteps, type Steps } from './state-steps';

type State = PlanSubscription['state'];
const PAGE = 200;
const STATES = [
  { value: 'pending', label: 'Waiting' }, { value: 'accepted', label: 'Accepted' },
  { value: 'paused', label: 'Paused' }, { value: 'closed', label: 'Closed' },
];
const STEPS: Steps<State> = {
  pending: [['accepted', 'Accept…', 'The consumer may call at once, within the limits of the plan.'],
    ['closed', 'Refuse…', 'The consumer sees your reason, and may ask again.']],
  accepted: [['paused', 'Pause…', 'Calls under it are refused until you accept it again.'],
    ['closed', 'End…', 'Calls under it are refused; it cannot be opened again.']],
  paused: [['accepted', 'Accept again…', 'The consumer may call again.'],
    ['closed', 'End…', 'It cannot be opened again.']],
  closed: [],
};

export function ApprovalsPage() {
  const { apis } = useConsole();
  const [state, setState] = useState<State>('pending');
  const load = useCallback((signal: AbortSignal) => answerOf(apis.platform.GET('/platform/v1/subscriptions', {
    params: { query: { state, limit: PAGE } }, signal })), [apis, state]);
  const { data, error, reload } = useResource(load);
  return (
    <Desk title="Approvals" head={(
      <SegmentedControl aria-label="State" data={STATES} value={state} onChange={(value) => setState(value as State)} />
    )}>
      <Awaited data={data} error={error} height={240} />
      {data && (
        <section className={`card ${pieces['panel']}`} aria-label="Subscriptions">
          {data.subscriptions.length === 0
            && <Text size="sm" c="dimmed">{state === 'pending' ? 'Nobody waits.' : 'None.'}</Text>}
          <ul className={pieces['list']}>
            {data.subscriptions.map((entry) => (
              <Subscription key={entry.id} subscription={entry} onDone={reload} />
            ))}
          </ul>
          {data.next !== undefined && <Text size="sm">Only the first {PAGE} are shown.</Text>}
        </section>
      )}
    </Desk>
  );
}

function Subscription({ subscription, onDone }: { subscription: PlanSubscription; onDone: () => void }) {
  const { apis } = useConsole();
  const { id, consumer, plan, environment, state, reason, createdAt, decidedAt, decidedBy } = subscription;
  const decide = (to: State) => async (why: string, key: string) => {
    await answerOf(apis.platform.POST('/platform/v1/subscriptions/{subscriptionId}/transitions', {
      params: { path: { subscriptionId: id }, header: { 'Idempotency-Key': key } }, body: { to, reason: why },
    }));
    onDone();
  };
  return (
    <li>
      <div className={pieces['row']}>
        <span className={pieces['wide']}><b>{consumer}</b> to {plan}, {environment}</span>
        <SubscriptionState subscription={subscription} />
      </div>
      <p className={pieces['text']}>{reason}</p>
      <p className={pieces['meta']}>
        Asked for {moment(createdAt)}{decidedAt ? `, decided ${moment(decidedAt)} by ${decidedBy}` : ''}
      </p>
      <Group gap="xs" mt={8} align="flex-start">
        <StateSteps steps={STEPS} state={state} of={`${consumer} to ${plan}`} isDanger={(to) => to === 'closed'}
          move={decide} />
      </Group>
    </li>
  );
}
