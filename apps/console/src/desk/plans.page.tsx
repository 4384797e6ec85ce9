// Products with all their plans: on which terms what is offered, changed with a look ahead, and moved through its life.
import { useCallback, useState } from 'react';
import { Button, Select, TagsInput, TextInput, Title } from '@mantine/core';
import { answerOf, type ApiPlan, type ApiProduct } from '../api/apis';
import { Awaited } from '../api/awaited';
import { useResource } from '../api/use-resource';
import { limitWords } from '../portal/limit-words';
import { useConsole } from '../session/console-context';
import { ConfirmStep } from '../shell/confirm-step';
import pieces from '../shell/pieces.module.css';
import { ToneBadge, type Tone } from '../shell/tone-badge';
import { Desk } from './desk';
import { JsonEditor } from './json-editor';
import { StateSteps, type Steps } from './state-steps';

type PlanState = ApiPlan['state'];
const TONES: Record<PlanState, Tone> = { staging: 'quiet', published: 'good', deprecated: 'doubt', closed: 'bad' };
/** Where a plan may go, and what that means to its subscribers. */
const STEPS: Steps<PlanState> = {
  staging: [['published', 'Publish…', 'It may be subscribed to from now on.'],
    ['closed', 'Close…', 'It ends with its subscriptions, for good.']],
  published: [['deprecated', 'Deprecate…', 'Nobody new may subscribe; who has, goes on.'],
    ['closed', 'Close…', 'It ends with its subscriptions, for good.']],
  deprecated: [['published', 'Publish again…', 'It may be subscribed to again.'],
    ['closed', 'Close…', 'It ends with its subscriptions, for good.']],
  closed: [],
};

export function PlansPage() {
  const { apis } = useConsole();
  const load = useCallback(async (signal: AbortSignal) =>
    (await answerOf(apis.platform.GET('/platform/v1/products', { signal }))).products, [apis]);
  const { data, error, reload } = useResource(load);
  return (
    <Desk title="Plans and limits">
      <div className={pieces['panels']}>
        <Awaited data={data} error={error} height={420} />
        {data?.map((product) => <Product key={product.id} product={product} onDone={reload} />)}
      </div>
    </Desk>
  );
}

function Product({ product, onDone }: { product: ApiProduct; onDone: () => void }) {
  const { id, name, description, apis, plans } = product;
  return (
    <section className={`card ${pieces['panel']}`} aria-labelledby={`product-${id}`}>
      <div>
        <Title order={2} id={`product-${id}`}>{name}</Title>
        <p className={pieces['text']}>{description}</p>
        <p className={pieces['meta']}><span className="mono">{apis.join(' ')}</span></p>
      </div>
      <ul className={pieces['list']}>
        {plans.map((plan) => <Plan key={`${plan.id} ${plan.etag}`} plan={plan} onDone={onDone} />)}
      </ul>
      <NewPlan product={id} onDone={onDone} />
    </section>
  );
}

function Plan({ plan, onDone }: { plan: ApiPlan; onDone: () => void }) {
  const { apis } = useConsole();
  const { id, name, description, state, environments, approval, limits, scopes, etag } = plan;
  const [editing, setEditing] = useState(false);
  const params = { path: { planId: id } };
  const move = (to: PlanState) => async (reason: string, key: string) => {
    await answerOf(apis.platform.POST('/platform/v1/plans/{planId}/transitions', {
      params: { ...params, header: { 'Idempotency-Key': key } }, body: { to, reason },
    }));
    onDone();
  };
  const tryIt = (changed: Record<string, unknown>) => answerOf(
    apis.platform.POST('/platform/v1/plans/{planId}/trials', { params, body: { limits: changed } }));
  const save = async (changed: Record<string, unknown>, reason: string) => {
    await answerOf(apis.platform.PATCH('/platform/v1/plans/{planId}', {
      params: { ...params, header: { 'If-Match': etag } }, body: { limits: changed, reason },
    }));
    onDone();
  };
  return (
    <li>
      <div className={pieces['row']}>
        <span className={pieces['wide']}><b>{name}</b> <span className={`mono ${pieces['meta']}`}>{id}</span></span>
        <ToneBadge tone={TONES[state]}>{state}</ToneBadge>
      </div>
      <p className={pieces['text']}>{description}</p>
      <p className={pieces['meta']}>
        {environments.join(' and ')} · {limitWords(limits).join(', ') || 'no limit'} · {approval} approval · scopes{' '}
        <span className="mono">{scopes.join(' ') || 'none'}</span>
      </p>
      <div className={pieces['row']} style={{ marginTop: 8, alignItems: 'flex-start' }}>
        {state !== 'closed' && (
          <Button size="xs" variant={editing ? 'light' : 'default'} aria-expanded={editing}
            onClick={() => setEditing(!editing)}>
            Edit limits<span className="hidden-text"> of {id}</span>
          </Button>
        )}
        <StateSteps steps={STEPS} state={state} of={id} isDanger={(to) => to === 'closed'} move={move} />
      </div>
      {editing && <JsonEditor label={`Limits of ${id}`} of={id} document={limits} tryIt={tryIt} save={save} />}
    </li>
  );
}

function NewPlan({ product, onDone }: { product: string; onDone: () => void }) {
  const { apis } = useConsole();
  const [given, setGiven] = useState({ id: '', name: '', description: '', approval: 'manual', environment: 'live' });
  const [scopes, setScopes] = useState<string[]>([]);
  const change = (part: Partial<typeof given>) => setGiven({ ...given, ...part });
  const send = async (reason: string, key: string) => {
    const { environment, approval, ...more } = given;
    await answerOf(apis.platform.POST('/platform/v1/plans', {
      params: { header: { 'Idempotency-Key': key } },
      body: {
        ...more, product, reason, scopes, environments: [environment],
        approval: approval === 'automatic' ? 'automatic' : 'manual',
        limits: { windows: [{ name: 'per-second', quota: 50, seconds: 1 }] },
      },
    }));
    onDone();
  };
  return (
    <ConfirmStep label="New plan…" of={`of ${product}`} send={send}
      ready={[given.id, given.name, given.description].every((text) => text.trim() !== '')}
      does="It begins in staging, with 50 calls a second: edit its limits, then publish it.">
      <TextInput label="Id" placeholder={`${product}-gold`} required value={given.id}
        onChange={(event) => change({ id: event.currentTarget.value })} />
      <TextInput label="Name" required value={given.name}
        onChange={(event) => change({ name: event.currentTarget.value })} />
      <TextInput label="For whom it is" required value={given.description}
        onChange={(event) => change({ description: event.currentTarget.value })} />
      <TagsInput label="Scopes" description="Enter adds one." value={scopes} onChange={setScopes} />
      <Select label="Environment" data={['sandbox', 'live']} value={given.environment} allowDeselect={false}
        onChange={(value) => change({ environment: value ?? 'live' })} />
      <Select label="Approval" data={['manual', 'automatic']} value={given.approval} allowDeselect={false}
        onChange={(value) => change({ approval: value ?? 'manual' })} />
    </ConfirmStep>
  );
}
