// Rows of products, plans and subscriptions as the contract shows them.
import type { ApiPlan, ApiProduct, PlanSubscription } from '#contracts';
import { etagOf, type PlanState, type SubscriptionState } from '#governance';

export interface PlanRow {
  id: string; product: string; name: string; description: string; state: PlanState; approval: string;
  environments: string[]; scopes: string[]; limits: Record<string, unknown>; version: number;
}

export interface ProductRow { id: string; name: string; description: string; apis: string[] }

export interface SubscriptionRow {
  id: string; consumer: string; product: string; plan: string; environment: string; state: SubscriptionState;
  reason: string; limits: Record<string, unknown> | null; decided_by: string | null; decided_at: Date | null;
  version: number; created_at: Date;
}

export function planOf({ version, ...row }: PlanRow): ApiPlan {
  const { id, product, name, description, state, approval, environments, scopes, limits } = row;
  return { id, product, name, description, state, approval, environments, scopes, limits, etag: etagOf(version) };
}

export function productOf({ id, name, description, apis }: ProductRow, plans: readonly PlanRow[]): ApiProduct {
  return { id, name, description, apis, plans: plans.map(planOf) };
}

export function subscriptionOf(row: SubscriptionRow): PlanSubscription {
  const { id, consumer, product, plan, environment, state, reason } = row;
  return {
    id, consumer, product, plan, environment, state, reason, createdAt: row.created_at.toISOString(),
    etag: etagOf(row.version), ...(row.limits === null ? {} : { limits: row.limits }),
    ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
    ...(row.decided_at === null ? {} : { decidedAt: row.decided_at.toISOString() }),
  };
}
