// Where a major version stands and which steps it may take: pure, so that the pipeline, the control plane and the tests
// decide alike.

export const LIFECYCLE_STATES = ['draft', 'published', 'deprecated', 'retired', 'blocked'] as const;
export type LifecycleState = (typeof LIFECYCLE_STATES)[number];

/** A window in which a version that is going away answers as if it were gone, so that who still calls it notices. */
export interface BlackOut {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** Where a major version stands; dates are RFC 3339. */
export interface Lifecycle {
  readonly state: LifecycleState;
  readonly publishedAt: string;
  readonly deprecatedAt?: string;
  readonly sunsetAt?: string;
  readonly retiredAt?: string;
  /** Base path of the version that follows. */
  readonly successor?: string;
  readonly blackOuts?: readonly BlackOut[];
  /** State a blocked version goes back to. */
  readonly resumes?: LifecycleState;
  /** Rises with each step; 0 where no step was ever taken. */
  readonly version?: number;
}

export const LIFECYCLE_ACTIONS = ['publish', 'deprecate', 'blackOut', 'retire', 'block', 'unblock'] as const;
export type LifecycleAction = (typeof LIFECYCLE_ACTIONS)[number];

/** From which states a step may be taken. */
const LEGAL: Readonly<Record<LifecycleAction, readonly LifecycleState[]>> = {
  publish: ['draft'],
  deprecate: ['published', 'deprecated'],
  blackOut: ['deprecated'],
  retire: ['deprecated'],
  block: ['published', 'deprecated'],
  unblock: ['blocked'],
};

/** Least notice between announcing an end and the end. */
export const NOTICE_DAYS = 90;
const DAY_MS = 86_400_000;
/** Black-outs one version may have planned. */
export const BLACK_OUTS_MAX = 50;

export interface LifecycleStep {
  readonly action: LifecycleAction;
  readonly sunsetAt?: string;
  readonly successor?: string;
  readonly blackOut?: BlackOut;
}

/** Why a step may not be taken, in a sentence; `state`: the state forbids it, `input`: what was asked for does. */
export class Illegal {
  constructor(readonly because: 'state' | 'input', readonly detail: string) {}
}

/** The states in which an action is possible, for a caller who may choose. */
export function possibleActions(state: LifecycleState): LifecycleAction[] {
  return LIFECYCLE_ACTIONS.filter((action) => LEGAL[action].includes(state));
}

/** The version after a step. @param now epoch milliseconds */
export function stepped(before: Lifecycle, step: LifecycleStep, now: number): Lifecycle | Illegal {
  const { action } = step;
  if (!LEGAL[action].includes(before.state)) {
    return new Illegal('state', `A version that is ${before.state} cannot take the step ${action}.`);
  }
  const at = new Date(now).toISOString();
  switch (action) {
    case 'publish': return { ...before, state: 'published', publishedAt: at };
    case 'deprecate': return deprecated(before, step, now);
    case 'blackOut': return blackedOut(before, step.blackOut!, now);
    case 'retire': return { ...before, state: 'retired', retiredAt: at };
    case 'block': return { ...before, state: 'blocked', resumes: before.state };
    case 'unblock': {
      const { resumes = 'published', ...rest } = before;
      return { ...rest, state: resumes };
    }
  }
}

function deprecated(before: Lifecycle, { sunsetAt, successor }: LifecycleStep, now: number): Lifecycle | Illegal {
  const end = Date.parse(sunsetAt!);
  if (before.sunsetAt !== undefined && end < Date.parse(before.sunsetAt)) {
    return new Illegal('input', `The sunset stands at ${before.sunsetAt} and never moves earlier.`);
  }
  if (before.sunsetAt === undefined && end < now + NOTICE_DAYS * DAY_MS) {
    return new Illegal('input', `The sunset must be at least ${NOTICE_DAYS} days away.`);
  }
  const next = successor ?? before.successor;
  return {
    ...before, state: 'deprecated', sunsetAt: new Date(end).toISOString(),
    deprecatedAt: before.deprecatedAt ?? new Date(now).toISOString(),
    ...(next === undefined ? {} : { successor: next }),
  };
}

function blackedOut(before: Lifecycle, blackOut: BlackOut, now: number): Lifecycle | Illegal {
  const [from, to] = [Date.parse(blackOut.from), Date.parse(blackOut.to)];
  if (to <= from || to <= now) return new Illegal('input', 'A black-out ends after it begins, and not in the past.');
  const kept = (before.blackOuts ?? []).filter(({ to: end }) => Date.parse(end) > now);
  if (kept.length >= BLACK_OUTS_MAX) return new Illegal('input', `At most ${BLACK_OUTS_MAX} black-outs are planned.`);
  return { ...before, blackOuts: [...kept, blackOut] };
}

/** The black-out that is on, if any. */
export function blackOutAt({ blackOuts = [] }: Lifecycle, now: number): BlackOut | undefined {
  return blackOuts.find(({ from, to }) => Date.parse(from) <= now && now < Date.parse(to));
}
