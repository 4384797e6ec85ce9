// Products and plans: what is offered on which terms. A change of limits is in force everywhere within a second, so it
// can be tried first.
import { Controller } from '@nestjs/common';
import {
  Answer, platformApi, Problem, problems, type ApiPlan, type ApiProduct, type ApiProductList, type CallContext,
  type ChangePreview, type NewApiPlan, type NewApiProduct, type PlanChange, type PlanPath, type PlanTransition,
  type PlanTrial,
} from '#contracts';
import { Database } from '#database';
import { ControlPlane, etagOf, Implements, matchVersion, type PlanState } from '#governance';
import { checkLimits, differences, limitFaults } from '../policies/document.policy.js';
import { LimitUsageReader } from './limit-usage.reader.js';
import { checkStep, PLAN_STEPS } from './plan.states.js';
import { planOf, productOf, type PlanRow, type ProductRow } from './product.mapping.js';

const { operations } = platformApi;
const PRODUCTS_MAX = 200;
const PLANS_MAX = 2_000;
const LISTED_MAX = 200;

@Controller()
export class PlanController {
  constructor(
    private readonly database: Database, private readonly control: ControlPlane,
    private readonly usage: LimitUsageReader,
  ) {}

  @Implements(operations.listApiProducts)
  async listApiProducts(_: object, { caller }: CallContext): Promise<ApiProductList> {
    const all = caller.scopes.has('consumers:manage');
    const products = await this.database.query<ProductRow>(
      'select * from governance.product order by id limit $1', [PRODUCTS_MAX]);
    const plans = await this.database.query<PlanRow>(
      `select * from governance.plan where $1 or state = 'published' order by id limit $2`, [all, PLANS_MAX]);
    const byProduct = Map.groupBy(plans, ({ product }) => product);
    const shown = products.filter(({ id }) => all || byProduct.has(id));
    return { products: shown.map((product) => productOf(product, byProduct.get(product.id) ?? [])) };
  }

  @Implements(operations.createApiProduct)
  async createApiProduct({ body }: { body: NewApiProduct }, call: CallContext): Promise<Answer<ApiProduct>> {
    const product = productOf(body, []);
    await this.control.commit({
      operation: operations.createApiProduct, call, answer: { status: 201, body: product },
      statements: [{
        text: `insert into governance.product (id, name, description, apis) values ($1, $2, $3, $4::text[])
          on conflict do nothing`,
        values: [body.id, body.name, body.description, body.apis],
        otherwise: new Problem(problems.stateConflict, { detail: `There is a product ${body.id} already.` }),
      }],
      audit: { subject: `product ${body.id}`, after: product, reason: body.reason },
    });
    return new Answer(201, product);
  }

  @Implements(operations.createPlan)
  async createPlan({ body }: { body: NewApiPlan }, call: CallContext): Promise<Answer<ApiPlan>> {
    checkLimits(body.limits, '#/limits');
    const [product] = await this.database.query('select id from governance.product where id = $1', [body.product]);
    if (!product) throw new Problem(problems.notFound, { detail: `There is no product ${body.product}.` });
    const plan = planOf({ ...body, state: 'staging', version: 1 });
    await this.control.commit({
      operation: operations.createPlan, call, answer: { status: 201, body: plan },
      statements: [{
        text: `insert into governance.plan
          (id, product, name, description, state, approval, environments, scopes, limits)
          values ($1, $2, $3, $4, 'staging', $5, $6::text[], $7::text[], $8::jsonb) on conflict do nothing`,
        values: [body.id, body.product, body.name, body.description, body.approval, body.environments, body.scopes,
          body.limits],
        otherwise: new Problem(problems.stateConflict, { detail: `There is a plan ${body.id} already.` }),
      }],
      audit: { subject: `plan ${body.id}`, after: plan, reason: body.reason },
    });
    return new Answer(201, plan);
  }

  @Implements(operations.getPlan)
  async getPlan({ params: { planId } }: { params: PlanPath }): Promise<ApiPlan> {
    return planOf(await this.row(planId));
  }

  @Implements(operations.changePlan)
  async changePlan(
    { params: { planId }, body }: { params: PlanPath; body: PlanChange }, call: CallContext,
  ): Promise<ApiPlan> {
    const row = await this.row(planId);
    matchVersion(call, row.version);
    if (row.state === 'closed') throw new Problem(problems.stateConflict, { detail: `Plan ${planId} is closed.` });
    if (body.limits) checkLimits(body.limits, '#/limits');
    const next: PlanRow = {
      ...row, name: body.name ?? row.name, description: body.description ?? row.description,
      approval: body.approval ?? row.approval, scopes: body.scopes ?? row.scopes, limits: body.limits ?? row.limits,
      version: row.version + 1,
    };
    await this.control.commit({
      operation: operations.changePlan, call,
      statements: [{
        text: `update governance.plan set name = $3, description = $4, approval = $5, scopes = $6::text[],
          limits = $7::jsonb, version = version + 1 where id = $1 and version = $2`,
        values: [planId, row.version, next.name, next.description, next.approval, next.scopes, next.limits],
        otherwise: changedMeanwhile(planId, row.version),
      }],
      audit: { subject: `plan ${planId}`, before: planOf(row), after: planOf(next), reason: body.reason },
    });
    return planOf(next);
  }

  @Implements(operations.tryPlanLimits)
  async tryPlanLimits(
    { params: { planId }, body: { limits } }: { params: PlanPath; body: PlanTrial },
  ): Promise<ChangePreview> {
    const row = await this.row(planId);
    const faults = limitFaults(limits);
    const subscribers = await this.database.query<{ id: string; consumer: string }>(`
      select id, consumer from governance.subscription where plan = $1 and state = 'accepted' order by consumer
       limit $2`, [planId, LISTED_MAX]);
    return {
      verdict: faults.length === 0 ? 'valid' : 'invalid', faults, differences: differences(row.limits, limits),
      consumers: [...new Set(subscribers.map(({ consumer }) => consumer))],
      exceeding: faults.length === 0 ? await this.usage.exceeding(subscribers, limits) : [],
    };
  }

  @Implements(operations.movePlan)
  async movePlan(
    { params: { planId }, body: { to, reason } }: { params: PlanPath; body: PlanTransition }, call: CallContext,
  ): Promise<ApiPlan> {
    const row = await this.row(planId);
    checkStep(PLAN_STEPS, row.state, to as PlanState, `Plan ${planId}`);
    const next = { ...row, state: to as PlanState, version: row.version + 1 };
    const ended = to === 'closed' ? [{
      text: `update governance.subscription set state = 'closed', reason = $2, decided_by = $3, decided_at = now(),
        version = version + 1 where plan = $1 and state <> 'closed'`,
      values: [planId, reason, call.consumer],
    }] : [];
    await this.control.commit({
      operation: operations.movePlan, call, answer: { status: 200, body: planOf(next) },
      statements: [
        { text: `update governance.plan set state = $3, version = version + 1 where id = $1 and version = $2`,
          values: [planId, row.version, to], otherwise: changedMeanwhile(planId, row.version) },
        ...ended,
      ],
      audit: { subject: `plan ${planId}`, before: { state: row.state }, after: { state: to }, reason },
    });
    return planOf(next);
  }

  private async row(planId: string): Promise<PlanRow> {
    const [row] = await this.database.query<PlanRow>('select * from governance.plan where id = $1', [planId]);
    if (!row) throw new Problem(problems.notFound, { detail: `There is no plan ${planId}.` });
    return row;
  }
}

function changedMeanwhile(planId: string, version: number): Problem {
  return new Problem(problems.stateConflict, {
    detail: `Plan ${planId} was changed at the same moment.`, etag: etagOf(version + 1),
  });
}
