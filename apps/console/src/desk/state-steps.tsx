// Where something may go from the state it is in: each step with what it means, confirmed with a reason.
import { ConfirmStep } from '../shell/confirm-step';

/** By state: the states that may follow. */
export type Steps<State extends string> =
  Readonly<Record<State, readonly (readonly [to: State, label: string, does: string])[]>>;

interface Props<State extends string> {
  steps: Steps<State>;
  state: State;
  /** What it is about. */
  of: string;
  isDanger: (to: State) => boolean;
  move: (to: State) => (reason: string, key: string) => Promise<void>;
}

export function StateSteps<State extends string>({ steps, state, of, isDanger, move }: Props<State>) {
  return steps[state].map(([to, label, does]) => (
    <ConfirmStep key={to} label={label} of={of} does={does} danger={isDanger(to)} send={move(to)} />
  ));
}
