// Dated revisions inside a major version: the code speaks the latest one, and a gate per change turns an older request
// into the next one and the next one's answer into the older. A consumer stays on the revision it was built for.
import { Problem, problems, type Operation } from '#contracts';

/** One change of the contract at one date: what those before it must not notice. Both transforms are pure. */
export interface Gate {
  /** Revision that brought the change, `YYYY-MM-DD`. */
  readonly date: string;
  /** What changed, for the changelog. */
  readonly change: string;
  /** Operations it concerns, by id. */
  readonly operations: readonly string[];
  /** An older request as the next revision has it. */
  readonly request?: (input: GateInput) => GateInput;
  /** The next revision's answer as the older one had it. */
  readonly answer?: (body: Record<string, unknown>) => Record<string, unknown>;
}

export interface GateInput {
  readonly params: Record<string, unknown>;
  readonly body: unknown;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** The revisions of one major version, oldest first; the first is the one a consumer gets who never chose. */
export class Revisions {
  readonly dates: readonly string[];
  private readonly gates: readonly Gate[];

  /** @param first date of the major version itself */
  constructor(first: string, gates: readonly Gate[] = []) {
    this.gates = [...gates].sort((one, other) => one.date.localeCompare(other.date));
    this.dates = [...new Set([first, ...this.gates.map(({ date }) => date)])].sort();
  }

  /**
   * The revision a call is answered in: the one it names, else the one its consumer is pinned to, else the first.
   * @throws Problem unknown-revision, with those there are
   */
  choose(named: string | undefined, pinned: string | undefined): string {
    if (named !== undefined && !this.dates.includes(named)) {
      throw new Problem(problems.unknownRevision, {
        detail: DATE.test(named) ? `There is no revision ${named}; there are ${this.dates.join(', ')}.`
          : `API-Version is a date like ${this.dates[0]}; there are ${this.dates.join(', ')}.`,
        supported: this.dates,
      });
    }
    return named ?? (pinned !== undefined && this.dates.includes(pinned) ? pinned : this.dates[0]!);
  }

  /** The gates between a revision and the latest that concern an operation, oldest first. */
  after(revision: string, { id }: Pick<Operation, 'id'>): readonly Gate[] {
    return this.gates.filter(({ date, operations }) => date > revision && operations.includes(id));
  }
}

/** An older request as the latest revision has it. */
export function upgraded(gates: readonly Gate[], input: GateInput): GateInput {
  return gates.reduce((now, { request }) => request?.(now) ?? now, input);
}

/** The latest answer as an older revision had it. */
export function downgraded(gates: readonly Gate[], body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  return gates.reduceRight((now, { answer }) => answer?.(now) ?? now, body as Record<string, unknown>);
}
