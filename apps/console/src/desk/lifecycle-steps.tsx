// The steps an API version may take now, each with what it means to who calls. A retirement that is refused names who
// still calls, and may then be forced.
import { useState } from 'react';
import { Checkbox, Group, NumberInput, TextInput } from '@mantine/core';
import { answerOf, type ApiVersion } from '../api/apis';
import { ProblemError } from '../api/problem';
import { DAY_MS, HOUR_MS } from '../format';
import { useConsole } from '../session/console-context';
import { ConfirmStep } from '../shell/confirm-step';

const NOTICE_DAYS = 90;
const QUIET_DAYS = 30;
const QUIET_DAYS_MAX = 365;

interface Props {
  version: ApiVersion;
  onDone: () => void;
}

export function LifecycleSteps({ version, onDone }: Props) {
  const { apis } = useConsole();
  const { api, actions } = version;
  const plain = (action: 'publish' | 'block' | 'unblock') => async (reason: string, key: string) => {
    await answerOf(apis.platform.POST(`/platform/v1/apis/{api}/${action}`, {
      params: { path: { api }, header: { 'Idempotency-Key': key } }, body: { reason },
    }));
    onDone();
  };
  const may = (action: string) => actions.includes(action);
  return (
    <Group gap="xs" align="flex-start">
      {may('publish') && (
        <ConfirmStep label="Publish…" of={api} send={plain('publish')} does="It may be called from now on." />
      )}
      {may('deprecate') && <Deprecate version={version} onDone={onDone} />}
      {may('blackOut') && <BlackOut version={version} onDone={onDone} />}
      {may('retire') && <Retire version={version} onDone={onDone} />}
      {may('block') && (
        <ConfirmStep label="Block…" of={api} danger send={plain('block')}
          does="Every call is answered 503 until it is opened again." />
      )}
      {may('unblock') && (
        <ConfirmStep label="Open again…" of={api} send={plain('unblock')} does="Calls are answered again." />
      )}
    </Group>
  );
}

function Deprecate({ version: { api, sunsetAt, successor }, onDone }: Props) {
  const { apis } = useConsole();
  const least = new Date(Math.max(Date.parse(sunsetAt ?? '') || 0, Date.now() + (NOTICE_DAYS + 1) * DAY_MS));
  const [day, setDay] = useState(least.toISOString().slice(0, 10));
  const [next, setNext] = useState(successor ?? '');
  const send = async (reason: string, key: string) => {
    await answerOf(apis.platform.POST('/platform/v1/apis/{api}/deprecate', {
      params: { path: { api }, header: { 'Idempotency-Key': key } },
      body: { reason, sunsetAt: `${day}T23:59:59Z`, ...(next === '' ? {} : { successor: next }) },
    }));
    onDone();
  };
  return (
    <ConfirmStep label={sunsetAt ? 'Move the end…' : 'Deprecate…'} of={api} send={send} ready={day !== ''}
      does={'Answers say so from now on, subscribers are told by event, webhook and changelog, and nobody new may '
        + 'subscribe. The end never moves earlier.'}>
      <TextInput type="date" label="Sunset (UTC)" description={`At least ${NOTICE_DAYS} days away.`} required
        value={day} onChange={(event) => setDay(event.currentTarget.value)} />
      <TextInput label="Successor" description="Base path of the version that follows." placeholder="/storefront/v2"
        value={next} onChange={(event) => setNext(event.currentTarget.value)} />
    </ConfirmStep>
  );
}

function BlackOut({ version: { api }, onDone }: Props) {
  const { apis } = useConsole();
  const [from, setFrom] = useState('');
  const [hours, setHours] = useState<number | string>(1);
  const send = async (reason: string, key: string) => {
    const start = new Date(from);
    const end = new Date(start.getTime() + Number(hours) * HOUR_MS);
    await answerOf(apis.platform.POST('/platform/v1/apis/{api}/black-outs', {
      params: { path: { api }, header: { 'Idempotency-Key': key } },
      body: { reason, from: start.toISOString(), to: end.toISOString() },
    }));
    onDone();
  };
  return (
    <ConfirmStep label="Plan a black-out…" of={api} send={send} ready={from !== '' && Number(hours) > 0}
      does="In this window every call is answered 410, as after the end, so that who still calls notices in time.">
      <TextInput type="datetime-local" label="From (your time)" required value={from}
        onChange={(event) => setFrom(event.currentTarget.value)} />
      <NumberInput label="Hours" min={1} max={72} value={hours} onChange={setHours} w={120} />
    </ConfirmStep>
  );
}

function Retire({ version: { api }, onDone }: Props) {
  const { apis } = useConsole();
  const [quietDays, setQuietDays] = useState<number | string>(QUIET_DAYS);
  const [refused, setRefused] = useState(false);
  const [force, setForce] = useState(false);
  const send = async (reason: string, key: string) => {
    try {
      await answerOf(apis.platform.POST('/platform/v1/apis/{api}/retire', {
        params: { path: { api }, header: { 'Idempotency-Key': key } },
        body: { reason, quietDays: Number(quietDays), ...(force ? { force } : {}) },
      }));
    } catch (failure) {
      if (failure instanceof ProblemError && failure.status === 409) setRefused(true);
      throw failure;
    }
    onDone();
  };
  return (
    <ConfirmStep label="Retire…" of={api} danger send={send}
      does="From now on every call is answered 410. Refused before the end and while somebody still calls.">
      <NumberInput label="Nobody called for so many days" min={1} max={QUIET_DAYS_MAX} value={quietDays} w={240}
        onChange={setQuietDays} />
      {refused && (
        <Checkbox label="Retire it all the same; that stands in the audit log as forced" checked={force}
          onChange={(event) => setForce(event.currentTarget.checked)} />
      )}
    </ConfirmStep>
  );
}
