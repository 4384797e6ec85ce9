// Which way plans and subscriptions may go; a step that is not here is refused.
import { Problem, problems } from '#contracts';
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

/** @throws Problem state-conflict naming the steps that are allowed */
export function checkStep<State extends string>(
  steps: Readonly<Record<State, readonly State[]>>, from: State, to: State, subject: string,
): void {
  const allowed = steps[from];
  if (allowed.includes(to)) return;
  throw new Problem(problems.stateConflict, {
    detail: `${subject} is ${from}: it may become ${allowed.join(' or ') || 'nothing else'}.`, allowed,
  });
}
