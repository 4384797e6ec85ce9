// All consumers: who they are, and what the owner may do about one: suspend, open again, close, take a key away.
import { useCallback, useState } from 'react';
import { Button, Group, Select, Skeleton, Text } from '@mantine/core';
import { answerOf, type ConsumerAccount } from '../api/apis';
import { Awaited } from '../api/awaited';
import { ProblemNote } from '../api/problem-note';
import { useResource } from '../api/use-resource';
import { moment } from '../format';
import { useConsole } from '../session/console-context';
import { ConfirmStep } from '../shell/confirm-step';
import pieces from '../shell/pieces.module.css';
import { ToneBadge, type Tone } from '../shell/tone-badge';
import { Desk } from './desk';
import { StateSteps, type Steps } from './state-steps';

type State = ConsumerAccount['state'];
const TONES: Record<State, Tone> = { active: 'good', suspended: 'doubt', closed: 'bad' };
const PAGE = 200;
const STEPS: Steps<State> = {
  active: [['suspended', 'Suspend…', 'Within a second its tokens and keys are refused, until it is opened again.'],
    ['closed', 'Close…', 'It ends for good.']],
  suspended: [['active', 'Open again…', 'Its tokens and keys work again.'],
    ['closed', 'Close…', 'It ends for good.']],
  closed: [],
};

export function ConsumersPage() {
  const { apis } = useConsole();
  const [state, setState] = useState<State | null>(null);
  const load = useCallback((signal: AbortSignal) => answerOf(apis.platform.GET('/platform/v1/consumers', {
    params: { query: { limit: PAGE, ...(state ? { state } : {}) } }, signal })), [apis, state]);
  const { data, error, reload } = useResource(load);
  return (
    <Desk title="Consumers" head={(
      <Select aria-label="State" placeholder="All states" data={['active', 'suspended', 'closed']} clearable w={150}
        value={state} onChange={(value) => setState(value as State | null)} />
    )}>
      <Awaited data={data} error={error} height={420} />
      {data && (
        <section className={`card ${pieces['panel']}`} aria-label="Consumers">
          {data.consumers.length === 0 && <Text size="sm" c="dimmed">None.</Text>}
          <ul className={pieces['list']}>
            {data.consumers.map((consumer) => <Consumer key={consumer.id} consumer={consumer} onDone={reload} />)}
          </ul>
          {data.next !== undefined && <Text size="sm">Only the first {PAGE} are shown.</Text>}
        </section>
      )}
    </Desk>
  );
}

function Consumer({ consumer, onDone }: { consumer: ConsumerAccount; onDone: () => void }) {
  const { apis } = useConsole();
  const { id, name, ownerEmail, purpose, state, origin, scopes, createdAt, etag } = consumer;
  const [open, setOpen] = useState(false);
  const move = (to: State) => async (reason: string) => {
    await answerOf(apis.platform.PATCH('/platform/v1/consumers/{consumerId}', {
      params: { path: { consumerId: id }, header: { 'If-Match': etag } }, body: { state: to, reason },
    }));
    onDone();
  };
  return (
    <li>
      <div className={pieces['row']}>
        <span className={pieces['wide']}>
          <b>{name}</b> {name !== id && <span className={`mono ${pieces['meta']}`}>{id}</span>}
        </span>
        <ToneBadge tone={TONES[state]}>{state}</ToneBadge>
      </div>
      <p className={pieces['text']}>{purpose}</p>
      <p className={pieces['meta']}>
        {ownerEmail} · from {origin} · since {moment(createdAt)}
        {scopes.length > 0 ? <> · own scopes <span className="mono">{scopes.join(' ')}</span></> : undefined}
      </p>
      <Group gap="xs" mt={8} align="flex-start">
        <Button size="xs" variant={open ? 'light' : 'default'} aria-expanded={open} onClick={() => setOpen(!open)}>
          Keys<span className="hidden-text"> of {name}</span>
        </Button>
        <StateSteps steps={STEPS} state={state} of={name} isDanger={(to) => to !== 'active'} move={move} />
      </Group>
      {open && <Keys consumerId={id} />}
    </li>
  );
}

function Keys({ consumerId }: { consumerId: string }) {
  const { apis } = useConsole();
  const load = useCallback(async (signal: AbortSignal) =>
    (await answerOf(apis.platform.GET('/platform/v1/consumers/{consumerId}/keys', {
      params: { path: { consumerId } }, signal }))).keys, [apis, consumerId]);
  const { data, error, reload } = useResource(load);
  const revoke = async (keyId: string) => {
    await answerOf(apis.platform.DELETE('/platform/v1/consumers/{consumerId}/keys/{keyId}', {
      params: { path: { consumerId, keyId } } }));
    reload();
  };
  if (error !== undefined) return <ProblemNote error={error} />;
  if (!data) return <Skeleton height={60} mt={8} />;
  if (data.length === 0) return <Text size="sm" mt={8}>It has no API key.</Text>;
  return (
    <ul className={pieces['list']} style={{ marginTop: 8 }}>
      {data.map(({ id, name, environment, hint, state, expiresAt }) => (
        <li key={id}>
          <div className={pieces['row']}>
            <span className={pieces['wide']}>{name} · {environment} <span className="mono">…{hint}</span></span>
            <span className={pieces['meta']}>expires {moment(expiresAt)}</span>
            <ToneBadge tone={state === 'active' ? 'good' : 'quiet'}>{state}</ToneBadge>
          </div>
          {state === 'active' && (
            <ConfirmStep label="Revoke…" of={`key ${name}`} danger asksWhy={false} send={() => revoke(id)}
              does="Within a second it is refused everywhere." />
          )}
        </li>
      ))}
    </ul>
  );
}
