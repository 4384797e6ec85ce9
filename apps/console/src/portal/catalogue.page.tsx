// The catalogue: which products there are, with the documents of their APIs and the plans one may subscribe to.
import { useCallback } from 'react';
import { Button, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { answerOf, openApi, type ApiPlan, type OfferedApiProduct, type PlanSubscription } from '../api/apis';
import { Awaited } from '../api/awaited';
import { useResource } from '../api/use-resource';
import { docsPath } from '../catalog/api-words';
import { moment } from '../format';
import { useDoor } from '../session/console-context';
import pieces from '../shell/pieces.module.css';
import { ToneBadge } from '../shell/tone-badge';
import { limitWords } from './limit-words';
import { Portal } from './portal';
import styles from './portal.module.css';
import { Subscribe } from './subscribe';
import { useOwnSubscriptions } from './use-account';

export function CataloguePage() {
  const load = useCallback(
    (signal: AbortSignal) => answerOf(openApi.GET('/platform/v1/offer', { signal })), []);
  const { data, error } = useResource(load);
  const { session } = useDoor();
  const own = useOwnSubscriptions();
  return (
    <Portal title="API catalogue">
      <Awaited data={data} error={error} height={420} />
      {data?.signUp && !session && (
        <div className={`card ${styles['invite']}`}>
          <Text size="sm">
            Sign up to get a sandbox key at once and try every API; ask for production when you are ready.
          </Text>
          <Button component={Link} to="/portal/sign-up">Sign up</Button>
        </div>
      )}
      <div className={styles['products']}>
        {data?.products.map((product) => (
          <Product key={product.id} product={product} own={own.data} onChange={own.reload} />
        ))}
      </div>
    </Portal>
  );
}

interface ProductProps {
  product: OfferedApiProduct;
  own: PlanSubscription[] | undefined;
  onChange: () => void;
}

function Product({ product, own, onChange }: ProductProps) {
  const { id, name, description, apis, plans, takesNew } = product;
  return (
    <section className={`card ${pieces['panel']}`} aria-labelledby={`product-${id}`}>
      <div>
        <Title order={2} id={`product-${id}`}>{name}</Title>
        <p className={pieces['text']}>{description}</p>
      </div>
      <ul className={pieces['list']}>
        {apis.map(({ api, title, basePath, lifecycle, sunsetAt, successor }) => (
          <li key={api}>
            <div className={pieces['row']}>
              <span className={pieces['wide']}>
                <Link to={docsPath(api)}>{title} {api.replace(/^.*\.v/, 'v')}</Link>
                <span className={pieces['meta']}> <span className="mono">{basePath}</span></span>
              </span>
              <ToneBadge tone={lifecycle === 'published' ? 'good' : 'doubt'}>{lifecycle}</ToneBadge>
            </div>
            {sunsetAt && (
              <p className={pieces['meta']}>
                Ends {moment(sunsetAt)}
                {successor ? <>; move to <span className="mono">{successor}</span></> : undefined}.
              </p>
            )}
          </li>
        ))}
      </ul>
      {!takesNew && <Text size="sm">All of it is deprecated: it takes nobody new.</Text>}
      <ul className={pieces['list']}>
        {plans.map((plan) => (
          <Plan key={plan.id} plan={plan} takesNew={takesNew} onChange={onChange}
            own={own?.find((entry) => entry.plan === plan.id && entry.state !== 'closed')}
            signedIn={own !== undefined} />
        ))}
      </ul>
    </section>
  );
}

interface PlanProps {
  plan: ApiPlan;
  takesNew: boolean;
  signedIn: boolean;
  own: PlanSubscription | undefined;
  onChange: () => void;
}

function Plan({ plan, takesNew, signedIn, own, onChange }: PlanProps) {
  return (
    <li>
      <div className={pieces['row']}>
        <b className={pieces['wide']}>{plan.name}</b>
        {own && <SubscriptionState subscription={own} />}
      </div>
      <p className={pieces['text']}>{plan.description}</p>
      <p className={pieces['meta']}>
        {plan.environments.join(' and ')} · {limitWords(plan.limits).join(', ') || 'no limit'}
        {plan.approval === 'manual' ? ' · the API owner approves' : ''}
      </p>
      {signedIn && !own && takesNew && <Subscribe plan={plan} onDone={onChange} />}
    </li>
  );
}

const STATE_TONES = { pending: 'busy', accepted: 'good', paused: 'doubt', closed: 'quiet' } as const;

export function SubscriptionState({ subscription: { state } }: { subscription: PlanSubscription }) {
  const said = state === 'pending' ? 'waits for approval' : state;
  return <ToneBadge tone={STATE_TONES[state]}>{said}</ToneBadge>;
}
