// The own account: who one is, what one is subscribed to, and the API keys, made, replaced with overlap and revoked.
import { useCallback, useState } from 'react';
import { Button, Group, NumberInput, Select, Text, TextInput, Title } from '@mantine/core';
import { Link } from 'react-router';
import { answerOf, type ApiKeyEntry, type NewApiKey } from '../api/apis';
import { Awaited } from '../api/awaited';
import { ProblemNote } from '../api/problem-note';
import { useAction } from '../api/use-action';
import { useResource } from '../api/use-resource';
import { moment } from '../format';
import { useConsole } from '../session/console-context';
import { ConfirmStep } from '../shell/confirm-step';
import pieces from '../shell/pieces.module.css';
import { SecretOnce } from '../shell/secret-once';
import { ToneBadge } from '../shell/tone-badge';
import { SubscriptionState } from './catalogue.page';
import { Portal } from './portal';
import { useOwnKeys, useOwnSubscriptions } from './use-account';

const DAYS = 90;
const DAYS_MAX = 730;
const NAME_MAX = 100;
const OVERLAPS = [
  { value: '0', label: 'none' }, { value: '3600', label: 'an hour' }, { value: '86400', label: 'a day' },
  { value: '604800', label: 'a week' },
];

export function AccountPage() {
  const { apis } = useConsole();
  const load = useCallback(
    (signal: AbortSignal) => answerOf(apis.platform.GET('/platform/v1/me', { signal })), [apis]);
  const { data: me, error } = useResource(load);
  return (
    <Portal title="Subscriptions and keys">
      <div className={pieces['panels']}>
        <Awaited data={me} error={error} height={90} />
        {me && (
          <section className={`card ${pieces['panel']}`} aria-label="Who I am">
            <div className={pieces['row']}>
              <b className={pieces['wide']}>{me.name}</b>
              <ToneBadge tone={me.state === 'active' ? 'good' : 'bad'}>{me.state}</ToneBadge>
            </div>
            <p className={pieces['meta']}>
              <span className="mono">{me.id}</span> · {me.ownerEmail} · {me.purpose} · since {moment(me.createdAt)}
            </p>
            <p className={pieces['meta']}>Scopes: <span className="mono">{me.scopes.join(' ')}</span></p>
          </section>
        )}
        <Subscriptions />
        <Keys />
      </div>
    </Portal>
  );
}

function Subscriptions() {
  const { apis } = useConsole();
  const { data: own, error, reload } = useOwnSubscriptions();
  const end = async (subscriptionId: string) => {
    await answerOf(apis.platform.DELETE('/platform/v1/me/subscriptions/{subscriptionId}', {
      params: { path: { subscriptionId } } }));
    reload();
  };
  return (
    <section className={`card ${pieces['panel']}`} aria-labelledby="subscriptions-title">
      <div className={pieces['row']}>
        <Title order={2} id="subscriptions-title" className={pieces['wide']}>Subscriptions</Title>
        <Link to="/portal">Subscribe to more</Link>
      </div>
      <Awaited data={own} error={error} height={120} />
      {own?.length === 0 && <Text size="sm" c="dimmed">None yet: choose a plan in the catalogue.</Text>}
      <ul className={pieces['list']}>
        {own?.map((entry) => (
          <li key={entry.id}>
            <div className={pieces['row']}>
              <span className={pieces['wide']}><b>{entry.plan}</b> {entry.environment}</span>
              <SubscriptionState subscription={entry} />
            </div>
            <p className={pieces['meta']}>
              Asked for {moment(entry.createdAt)}{entry.decidedAt
                ? `, decided ${moment(entry.decidedAt)} by ${entry.decidedBy}` : ''}. {entry.reason}
            </p>
            {entry.state !== 'closed' && entry.decidedBy !== 'installation' && (
              <ConfirmStep label="End…" of={`the subscription to ${entry.plan}`} danger asksWhy={false}
                does="Calls under it are refused at once. It cannot be opened again, only asked for anew."
                send={() => end(entry.id)} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Keys() {
  const keys = useOwnKeys();
  const [made, setMade] = useState<NewApiKey>();
  const done = (key?: NewApiKey) => {
    setMade(key);
    keys.reload();
  };
  return (
    <section className={`card ${pieces['panel']}`} aria-labelledby="keys-title">
      <Title order={2} id="keys-title">API keys</Title>
      {made && <SecretOnce title={`New ${made.environment} key`} secrets={{ 'API key': made.secret }} />}
      <Awaited data={keys.data} error={keys.error} height={120} />
      <ul className={pieces['list']}>
        {keys.data?.map((entry) => <Key key={entry.id} entry={entry} onDone={done} />)}
      </ul>
      <NewKey onDone={done} />
    </section>
  );
}

const KEY_TONES = { active: 'good', expired: 'quiet', revoked: 'bad' } as const;

function Key({ entry, onDone }: { entry: ApiKeyEntry; onDone: (key?: NewApiKey) => void }) {
  const { apis } = useConsole();
  const [overlap, setOverlap] = useState('3600');
  const params = { path: { keyId: entry.id } };
  const rotate = async (_: string, key: string) => {
    onDone(await answerOf(apis.platform.POST('/platform/v1/me/keys/{keyId}/rotations', {
      params: { ...params, header: { 'Idempotency-Key': key } }, body: { overlapSeconds: Number(overlap) },
    })));
  };
  const revoke = async () => {
    await answerOf(apis.platform.DELETE('/platform/v1/me/keys/{keyId}', { params }));
    onDone();
  };
  const ends = entry.revokedAt !== undefined && entry.state === 'active';
  return (
    <li>
      <div className={pieces['row']}>
        <span className={pieces['wide']}>
          <b>{entry.name}</b> {entry.environment} <span className="mono">…{entry.hint}</span>
        </span>
        <ToneBadge tone={ends ? 'doubt' : KEY_TONES[entry.state]}>{ends ? 'replaced' : entry.state}</ToneBadge>
      </div>
      <p className={pieces['meta']}>
        Made {moment(entry.createdAt)},{' '}
        {ends ? `ends ${moment(entry.revokedAt!)}` : `expires ${moment(entry.expiresAt)}`}
      </p>
      {entry.state === 'active' && (
        <Group gap="xs" mt={6} align="flex-start">
          {!ends && (
            <ConfirmStep label="Replace…" of={`key ${entry.name}`} asksWhy={false} send={rotate}
              does="A new key is made; the old one works on for a while, so that nothing stands still.">
              <Select label="The old key works on for" data={OVERLAPS} value={overlap} allowDeselect={false}
                onChange={(value) => setOverlap(value ?? '0')} />
            </ConfirmStep>
          )}
          <ConfirmStep label="Revoke…" of={`key ${entry.name}`} danger asksWhy={false} send={revoke}
            does="Within a second it is refused everywhere." />
        </Group>
      )}
    </li>
  );
}

function NewKey({ onDone }: { onDone: (key: NewApiKey) => void }) {
  const { apis } = useConsole();
  const [name, setName] = useState('');
  const [environment, setEnvironment] = useState<'sandbox' | 'live'>('sandbox');
  const [days, setDays] = useState<number | string>(DAYS);
  const act = useAction(async (key) => {
    onDone(await answerOf(apis.platform.POST('/platform/v1/me/keys', {
      params: { header: { 'Idempotency-Key': key } }, body: { name, environment, days: Number(days) },
    })));
    setName('');
  });
  return (
    <form onSubmit={(event) => { event.preventDefault(); act.run(); }}>
      <Group gap="xs" align="flex-end">
        <TextInput label="Name of a new key" required maxLength={NAME_MAX} value={name}
          onChange={(event) => setName(event.currentTarget.value)} />
        <Select label="Environment" data={['sandbox', 'live']} value={environment} allowDeselect={false} w={130}
          onChange={(value) => setEnvironment(value === 'live' ? 'live' : 'sandbox')} />
        <NumberInput label="Days" min={1} max={DAYS_MAX} w={90} value={days} onChange={setDays} />
        <Button type="submit" loading={act.busy}>Make a key</Button>
      </Group>
      {act.error !== undefined && <ProblemNote error={act.error} />}
    </form>
  );
}
