// Which facts have changed stock already, so that each counts once however often it is told; and how a wish is refused.
import { problems, type ProblemDetails, type ProblemType } from '#contracts';
import { Rejected } from '#database';
import { key } from './stock-ledger.policy.js';

export interface Fact {
  /** The reservation, position or supply line that it changes. */
  readonly scope: string;
  readonly fact: string;
  /** SHA-256 of what it said. */
  readonly content: string;
}

export const refuse = (type: ProblemType, details: ProblemDetails): Rejected => new Rejected(type.slug, details);
export const conflict = (detail: string): Rejected => refuse(problems.stateConflict, { detail });
/** Refused as things stand; it may be true once what it depends on has been told. */
export const notYet = (detail: string): Rejected => refuse(problems.stateConflict, { detail, retryable: true });

/** Scope in which a fact about a position counts once. */
export const positionScope = (sku: string, locationId: string): string => `${sku}@${locationId}`;
/** Scope in which a receipt of a supply line counts once. */
export const supplyScope = (supplyId: string): string => `supply:${supplyId}`;

export class FactLog {
  readonly added: Fact[] = [];
  private readonly known: Map<string, string>;

  constructor(facts: readonly Fact[]) {
    this.known = new Map(facts.map(({ scope, fact, content }) => [key(scope, fact), content]));
  }

  /** Whether a fact is new, told again, or told again with other content. */
  state({ scope, fact, content }: Fact): 'new' | 'repeated' | 'contradicted' {
    const before = this.known.get(key(scope, fact));
    if (before === undefined) return 'new';
    return before === content ? 'repeated' : 'contradicted';
  }

  note(fact: Fact): void {
    this.known.set(key(fact.scope, fact.fact), fact.content);
    this.added.push(fact);
  }
}
