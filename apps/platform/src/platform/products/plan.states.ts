// Which way plans and subscriptions may go; a step that is not here is refused.
import type { PlanState, SubscriptionState } from '#governance';

export const PLAN_STEPS: Readonly<Record<PlanState, readonly PlanState[]>> = {
  staging: ['published', 'closed'],
  published: ['deprecated', 'closed'],
  deprecated: ['published', 'closed'],
  closed: [],
};

export const SUBSCRIPTION_STEPS: Readonly<Record<SubscriptionState, readonly SubscriptionState[]>> = {
  pending: ['accepted', 'closed'],
  accepted: ['paused', 'closed'],
  paused: ['accepted', 'closed'],
  closed: [],
};
