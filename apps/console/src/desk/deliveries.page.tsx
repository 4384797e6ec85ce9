// What does not arrive: dead letters of everybody who reads the log, by cause, and the webhook endpoints of all
// consumers with how each is doing.
import { useCallback } from 'react';
import { Group, Text, Title } from '@mantine/core';
import { answerOf, type DeadLetterGroup } from '../api/apis';
import { Awaited } from '../api/awaited';
import { useResource } from '../api/use-resource';
import { Endpoint } from '../portal/endpoint';
import { useEndpoints } from '../portal/webhooks.page';
import { useConsole } from '../session/console-context';
import { ConfirmStep } from '../shell/confirm-step';
import pieces from '../shell/pieces.module.css';
import { ToneBadge } from '../shell/tone-badge';
import { When } from '../shell/when';
import { Desk } from './desk';

export function DeliveriesPage() {
  const { apis } = useConsole();
  const load = useCallback(
    (signal: AbortSignal) => answerOf(apis.platform.GET('/platform/v1/dead-letters', { signal })), [apis]);
  const letters = useResource(load);
  const endpoints = useEndpoints();
  return (
    <Desk title="Deliveries">
      <div className={pieces['panels']}>
        <section className={`card ${pieces['panel']}`} aria-labelledby="letters-title">
          <Title order={2} id="letters-title">Dead letters</Title>
          <Awaited data={letters.data} error={letters.error} height={80} />
          {letters.data?.groups.length === 0 && <Text size="sm" c="dimmed">None: everything arrives.</Text>}
          <ul className={pieces['list']}>
            {letters.data?.groups.map((group) => (
              <Letters key={`${group.consumer} ${group.causeGroup}`} group={group} onDone={letters.reload} />
            ))}
          </ul>
        </section>
        <Title order={2}>Webhook endpoints</Title>
        <Awaited data={endpoints.data} error={endpoints.error} height={120} />
        {endpoints.data?.length === 0 && <Text size="sm" c="dimmed">Nobody has one.</Text>}
        {endpoints.data?.map((endpoint) => (
          <Endpoint key={endpoint.id} endpoint={endpoint} reload={endpoints.reload} />
        ))}
      </div>
    </Desk>
  );
}

function Letters({ group, onDone }: { group: DeadLetterGroup; onDone: () => void }) {
  const { apis, session } = useConsole();
  const { consumer, causeGroup, count, oldestAt, newestAt } = group;
  const decide = (what: 'retry' | 'discard') => async () => {
    await answerOf(apis.platform.POST(`/platform/v1/dead-letters/${what}`, { body: { consumer, causeGroup } }));
    onDone();
  };
  const of = `${count} of ${consumer}`;
  return (
    <li>
      <div className={pieces['row']}>
        <b className={pieces['wide']}>{consumer}</b>
        <ToneBadge tone="bad">{count} dead</ToneBadge>
      </div>
      <p className={pieces['text']}>{causeGroup}</p>
      <p className={pieces['meta']}>Oldest <When at={oldestAt} />, newest <When at={newestAt} /></p>
      {session.may('platform:operate') && (
        <Group gap="xs" mt={8} align="flex-start">
          <ConfirmStep label="Try all again…" of={of} asksWhy={false} send={decide('retry')}
            does="They are handled once more, in their order." />
          <ConfirmStep label="Discard all…" of={of} danger asksWhy={false} send={decide('discard')}
            does="They are put away for good, in your name." />
        </Group>
      )}
    </li>
  );
}
