// Subscriptions: consumers ask, plans accept by themselves or the API owner decides; production is asked for like that.
import { Controller } from '@nestjs/common';
import {
  Answer, newId, platformApi, Problem, problems, type CallContext, type PlanSubscription, type SubscriptionPage,
  type SubscriptionPath, type SubscriptionQuery, type SubscriptionRequest, type SubscriptionTransition,
} from '#contracts';
import { Database } from '#database';
import { ControlPlane, cursorOf, Implements, placeOf, type SubscriptionState } from '#governance';
import { checkLimits } from '../policies/document.policy.js';
import { OfferReader } from './offer.reader.js';
import { checkStep, SUBSCRIPTION_STEPS } from './plan.states.js';
import { subscriptionOf, type PlanRow, type SubscriptionRow } from './product.mapping.js';

const { operations } = platformApi;
const PAGE = 50;
const OWN_MAX = 200;

@Controller()
export class SubscriptionController {
  constructor(
    private readonly database: Database, private readonly control: ControlPlane, private readonly offers: OfferReader,
  ) {}

  @Implements(operations.listMySubscriptions)
  async listMySubscriptions(_: object, { consumer }: CallContext): Promise<SubscriptionPage> {
    return this.page({ consumer, limit: OWN_MAX });
  }

  @Implements(operations.listSubscriptions)
  async listSubscriptions({ params }: { params: SubscriptionQuery }): Promise<SubscriptionPage> {
    return this.page(params);
  }

  @Implements(operations.subscribe)
  async subscribe({ body }: { body: SubscriptionRequest }, call: CallContext): Promise<Answer<PlanSubscription>> {
    const plan = await this.offered(body);
    const now = new Date();
    const accepted = plan.approval === 'automatic';
    const row: SubscriptionRow = {
      id: newId('sub'), consumer: call.consumer, product: plan.product, plan: plan.id, environment: body.environment,
      state: accepted ? 'accepted' : 'pending', reason: body.reason, limits: null,
      decided_by: accepted ? 'plan' : null, decided_at: accepted ? now : null, version: 1, created_at: now,
    };
    const answer = subscriptionOf(row);
    await this.control.commit({
      operation: operations.subscribe, call, answer: { status: 201, body: answer },
      statements: [{
        text: `insert into governance.subscription
          (id, consumer, plan, product, environment, state, reason, decided_by, decided_at, created_at)
          select $1, $2, p.id, p.product, $4, $5, $6, $7, $8::timestamptz, $9::timestamptz from governance.plan p
           where p.id = $3 and p.state = 'published' on conflict do nothing`,
        values: [row.id, row.consumer, row.plan, row.environment, row.state, row.reason, row.decided_by,
          row.decided_at, row.created_at],
        otherwise: new Problem(problems.stateConflict, {
          detail: `${call.consumer} has a ${body.environment} subscription to ${plan.product} already; end it first.`,
        }),
      }],
      audit: { subject: `subscription ${row.id}`, after: answer, reason: body.reason },
    });
    return new Answer(201, answer);
  }

  @Implements(operations.closeMySubscription)
  async closeMySubscription(
    { params: { subscriptionId } }: { params: SubscriptionPath }, call: CallContext,
  ): Promise<PlanSubscription> {
    const row = await this.row(subscriptionId, call.consumer);
    if (row.state === 'closed') return subscriptionOf(row);
    return this.move(row, 'closed', { reason: 'ended by the consumer' }, call, 'closeMySubscription');
  }

  @Implements(operations.decideSubscription)
  async decideSubscription(
    { params: { subscriptionId }, body }: { params: SubscriptionPath; body: SubscriptionTransition },
    call: CallContext,
  ): Promise<PlanSubscription> {
    if (body.limits) checkLimits(body.limits, '#/limits');
    const row = await this.row(subscriptionId);
    return this.move(row, body.to as SubscriptionState, body, call, 'decideSubscription');
  }

  private async move(
    row: SubscriptionRow, to: SubscriptionState, { reason, limits }: Pick<SubscriptionTransition, 'reason' | 'limits'>,
    call: CallContext, operation: 'closeMySubscription' | 'decideSubscription',
  ): Promise<PlanSubscription> {
    checkStep(SUBSCRIPTION_STEPS, row.state, to, 'The subscription');
    const next: SubscriptionRow = {
      ...row, state: to, reason, limits: limits ?? row.limits, decided_by: call.consumer, decided_at: new Date(),
      version: row.version + 1,
    };
    const answer = subscriptionOf(next);
    await this.control.commit({
      operation: operations[operation], call,
      ...(operation === 'decideSubscription' ? { answer: { status: 200, body: answer } } : {}),
      statements: [{
        text: `update governance.subscription set state = $3, reason = $4, limits = $5::jsonb, decided_by = $6,
          decided_at = $7::timestamptz, version = version + 1 where id = $1 and version = $2`,
        values: [row.id, row.version, to, reason, next.limits, next.decided_by, next.decided_at],
        otherwise: new Problem(problems.stateConflict, { detail: 'The subscription was changed at the same moment.' }),
      }],
      audit: { subject: `subscription ${row.id}`, before: subscriptionOf(row), after: answer, reason },
    });
    return answer;
  }

  /** @throws Problem when nobody can subscribe to it now */
  private async offered({ plan: planId, environment }: SubscriptionRequest): Promise<PlanRow> {
    const [plan] = await this.database.query<PlanRow>('select * from governance.plan where id = $1', [planId]);
    if (!plan || plan.state === 'staging') {
      throw new Problem(problems.notFound, { detail: `There is no plan ${planId}.` });
    }
    if (plan.state !== 'published') {
      throw new Problem(problems.stateConflict, { detail: `Plan ${planId} is ${plan.state}: it takes nobody new.` });
    }
    if (!plan.environments.includes(environment)) {
      throw new Problem(problems.stateConflict, {
        detail: `Plan ${planId} is for ${plan.environments.join(' and ')}, not ${environment}.`,
      });
    }
    if ((await this.offers.closing()).has(plan.product)) {
      throw new Problem(problems.stateConflict, {
        detail: `All APIs of ${plan.product} are deprecated: it takes nobody new. See GET /platform/v1/changelog.`,
      });
    }
    return plan;
  }

  private async row(id: string, consumer?: string): Promise<SubscriptionRow> {
    const [row] = await this.database.query<SubscriptionRow>(
      'select * from governance.subscription where id = $1 and ($2::text is null or consumer = $2)',
      [id, consumer ?? null]);
    if (!row) throw new Problem(problems.notFound, { detail: `There is no subscription ${id}.` });
    return row;
  }

  private async page({ state, consumer, plan, cursor, limit = PAGE }: SubscriptionQuery): Promise<SubscriptionPage> {
    const [at, id] = placeOf(cursor, 2) ?? ['infinity', ''];
    const rows = await this.database.query<SubscriptionRow & { place: string }>(`
      select *, created_at::text as place from governance.subscription
       where (created_at, id) < ($1::timestamptz, $2) and ($3::text is null or state = $3)
         and ($4::text is null or consumer = $4) and ($5::text is null or plan = $5)
       order by created_at desc, id desc limit $6`,
    [at, id, state ?? null, consumer ?? null, plan ?? null, limit + 1]);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      subscriptions: page.map(subscriptionOf),
      ...(rows.length > limit ? { next: cursorOf(last!.place, last!.id) } : {}),
    };
  }
}
