// What an agent's change of a case means to us, as a pure function of a versioned document, the case, its task and the
// change. The answer says why, so that the journey can be read and replayed.

/** What closing and deciding in the customer system stand for. */
export interface CaseRules {
  readonly version: string;
  /** Closed without a decision: the first of these that the task allows. */
  readonly closedMeans: readonly string[];
  /** Decisions that need more than a word and so cannot be taken there. */
  readonly notThere: readonly string[];
}

export const CASE_RULES: CaseRules = {
  version: 'cases-1',
  // Whoever closes a case says that its cause is gone: by hand, or so that another try will do.
  closedMeans: ['retry'],
  notThere: ['edit'],
};

export interface CaseStanding {
  readonly state: string;
  /** Actions of the task that is open; undefined when there is none, or it is decided. */
  readonly openActions: readonly string[] | undefined;
}

export interface CaseWish {
  readonly closed?: boolean | undefined;
  readonly decision?: string | undefined;
}

export type CaseVerdict =
  | { readonly effect: 'decide'; readonly action: string; readonly why: string }
  | { readonly effect: 'reopen'; readonly why: string }
  | { readonly effect: 'none'; readonly why: string };

/** A task is decided only by a decision it allows; a case whose task stays open is never left closed. */
export function judgeChange(rules: CaseRules, standing: CaseStanding, wish: CaseWish): CaseVerdict {
  const { openActions } = standing;
  if (openActions === undefined) return { effect: 'none', why: 'No task waits for a decision.' };
  const wished = wish.decision;
  if (wished === undefined && !wish.closed) return { effect: 'none', why: 'It neither closes nor decides.' };
  const allowed = openActions.filter((action) => !rules.notThere.includes(action));
  const action = wished === undefined ? rules.closedMeans.find((one) => allowed.includes(one))
    : allowed.find((one) => one === wished);
  if (action !== undefined) {
    return { effect: 'decide', action,
      why: wished === undefined ? `Closed without a decision: ${rules.version} takes it as ${action}.`
        : `Decided by the agent: ${action}.` };
  }
  const choice = allowed.length > 0 ? `Choose one of ${allowed.join(', ')}.` : 'It is decided in the console.';
  const said = wished === undefined ? 'Closed without a decision' : `"${wished}" is not possible here`;
  return { effect: 'reopen', why: `${said}, and the work still waits. ${choice}` };
}
