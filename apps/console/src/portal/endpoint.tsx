// One webhook endpoint: how it is doing, its dead letters and deliveries, and what its owner may do about it.
import { useCallback, useState } from 'react';
import { Button, Group, Select, Text, TextInput, Title } from '@mantine/core';
import { answerOf, type WebhookDelivery, type WebhookEndpoint } from '../api/apis';
import { Awaited } from '../api/awaited';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import { useResource } from '../api/use-resource';
import { counted, duration, moment } from '../format';
import { useConsole } from '../session/console-context';
import { ConfirmStep } from '../shell/confirm-step';
import pieces from '../shell/pieces.module.css';
import { ToneBadge, type Tone } from '../shell/tone-badge';
import { When } from '../shell/when';

const DELIVERIES = 25;
const OVERLAP_SECONDS = 86_400;
const STATES = [
  { value: 'dead', label: 'Dead letters' }, { value: 'pending', label: 'Waiting' },
  { value: 'delivered', label: 'Delivered' }, { value: 'discarded', label: 'Discarded' },
];
const TONES: Record<WebhookDelivery['state'], Tone> = {
  dead: 'bad', pending: 'busy', delivered: 'good', discarded: 'quiet',
};

interface Props {
  endpoint: WebhookEndpoint;
  reload: () => void;
  onSecret?: (secret: string | undefined) => void;
}

export function Endpoint({ endpoint, reload, onSecret }: Props) {
  const { id, url, description, types, enabled, disabledReason, failures, throttledUntil, consumer } = endpoint;
  const [open, setOpen] = useState(false);
  return (
    <section className={`card ${pieces['panel']}`} aria-labelledby={`endpoint-${id}`}>
      <div className={pieces['row']}>
        <Title order={2} id={`endpoint-${id}`} className={`mono ${pieces['wide']} ${pieces['text']}`}>{url}</Title>
        {failures > 0 && <ToneBadge tone="doubt">{failures} failed</ToneBadge>}
        <ToneBadge tone={enabled ? 'good' : 'bad'}>{enabled ? 'on' : 'off'}</ToneBadge>
      </div>
      <p className={pieces['meta']}>
        {consumer} · {description ? `${description} · ` : ''}
        {types.length > 0 ? types.join(', ') : 'all types'} · made {moment(endpoint.createdAt)}
        {throttledUntil ? ` · left alone until ${moment(throttledUntil)}` : ''}
      </p>
      {disabledReason && <Text size="sm">{disabledReason}</Text>}
      <Steps endpoint={endpoint} reload={reload} onSecret={onSecret} />
      <Button variant="subtle" size="xs" style={{ justifySelf: 'start' }} aria-expanded={open}
        onClick={() => setOpen(!open)}>
        {open ? 'Hide' : 'Show'} deliveries<span className="hidden-text"> of {url}</span>
      </Button>
      {open && <Deliveries endpointId={id} />}
    </section>
  );
}

function Steps({ endpoint: { id, url, enabled, consumer }, reload, onSecret }: Props) {
  const { apis, session } = useConsole();
  const [from, setFrom] = useState('');
  const [tested, setTested] = useState<string>();
  const params = { path: { endpointId: id } };
  const test = useAction(async () => {
    const { attempt } = await answerOf(apis.platform.POST('/platform/v1/webhooks/{endpointId}/test', { params }));
    const status = attempt.status === undefined ? '' : ` (HTTP ${attempt.status})`;
    setTested(`Test: ${attempt.outcome}${status} in ${duration(attempt.durationMs)}. ${attempt.detail ?? ''}`);
  });
  const turn = useAction(async () => {
    await answerOf(apis.platform.PATCH('/platform/v1/webhooks/{endpointId}', { params, body: { enabled: !enabled } }));
    reload();
  });
  const rotate = async () => {
    const { secret } = await answerOf(apis.platform.POST('/platform/v1/webhooks/{endpointId}/secret', {
      params, body: { overlapSeconds: OVERLAP_SECONDS } }));
    onSecret?.(secret);
    reload();
  };
  const replay = async () => {
    await answerOf(apis.platform.POST('/platform/v1/webhooks/{endpointId}/replay', {
      params, body: from === '' ? { after: 0 } : { from: new Date(from).toISOString() } }));
    reload();
  };
  const remove = async () => {
    await answerOf(apis.platform.DELETE('/platform/v1/webhooks/{endpointId}', { params }));
    reload();
  };
  const named = <span className="hidden-text"> {url}</span>;
  if (!session.may('events:subscribe')) return null;
  return (
    <>
      <Group gap="xs" align="flex-start">
        <Button size="xs" variant="default" loading={test.busy} onClick={test.run}>Test{named}</Button>
        <Button size="xs" variant="default" loading={turn.busy} onClick={turn.run}>
          {enabled ? 'Turn off' : 'Turn on'}{named}
        </Button>
        <ConfirmStep label="Replay…" of={url} asksWhy={false} send={replay}
          does="Events from then on are delivered again, with the ids they had.">
          <TextInput type="datetime-local" label="From (empty: all there are)" value={from}
            onChange={(event) => setFrom(event.currentTarget.value)} />
        </ConfirmStep>
        {consumer === session.clientId && (
          <ConfirmStep label="New secret…" of={`for ${url}`} asksWhy={false} send={rotate}
            does="For a day both secrets sign, so that you can change yours in peace." />
        )}
        <ConfirmStep label="Delete…" of={url} danger asksWhy={false} send={remove}
          does="The endpoint goes with its deliveries." />
      </Group>
      {tested !== undefined && <p className={pieces['text']} role="status">{tested}</p>}
      {[test, turn].map(({ error }, index) => error !== undefined && <ProblemNote key={index} error={error} />)}
    </>
  );
}

function Deliveries({ endpointId }: { endpointId: string }) {
  const { apis } = useConsole();
  const [state, setState] = useState<WebhookDelivery['state'] | null>('dead');
  const load = useCallback((signal: AbortSignal) => answerOf(
    apis.platform.GET('/platform/v1/webhooks/{endpointId}/deliveries', {
      params: { path: { endpointId }, query: { limit: DELIVERIES, ...(state ? { state } : {}) } }, signal,
    })), [apis, endpointId, state]);
  const { data, error, reload } = useResource(load);
  return (
    <div className={pieces['panels']}>
      <Select label="Which" placeholder="All" data={STATES} value={state} clearable w={180}
        onChange={(value) => setState(value as WebhookDelivery['state'] | null)} />
      <Awaited data={data} error={error} height={80} />
      {data?.deliveries.length === 0 && <Text size="sm" c="dimmed">None.</Text>}
      <ul className={pieces['list']}>
        {data?.deliveries.map((delivery) => (
          <Delivery key={delivery.position} endpointId={endpointId} delivery={delivery} onDone={reload} />
        ))}
      </ul>
    </div>
  );
}

function Delivery({ endpointId, delivery, onDone }: {
  endpointId: string; delivery: WebhookDelivery; onDone: () => void;
}) {
  const { apis } = useConsole();
  const { position, eventId, type, state, attempts, nextAt, cause } = delivery;
  const again = useAction(async () => {
    await answerOf(apis.platform.POST('/platform/v1/webhooks/{endpointId}/deliveries/{position}/retry', {
      params: { path: { endpointId, position } } }));
    onDone();
  });
  return (
    <li>
      <div className={pieces['row']}>
        <span className={pieces['wide']}>{type} <span className={`mono ${pieces['meta']}`}>{eventId}</span></span>
        <ToneBadge tone={TONES[state]}>{state}</ToneBadge>
        <Button size="xs" variant="default" loading={again.busy} onClick={again.run}>
          Deliver again<span className="hidden-text"> {eventId}</span>
        </Button>
      </div>
      <p className={pieces['meta']}>
        {counted(attempts, 'attempt')}
        {nextAt && state === 'pending' ? <>, next <When at={nextAt} /></> : undefined}{cause ? `. ${cause}` : ''}
      </p>
      {again.error !== undefined && <ProblemNote error={again.error} />}
    </li>
  );
}
