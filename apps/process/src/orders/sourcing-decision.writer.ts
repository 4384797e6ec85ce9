// Keeps every sourcing decision with all it was based on, in the unit of what it decided.
import type { BatchWriter, Sql, UnitOfWork } from '#database';
import { recordJourney } from '#events';
import type { SourcingDecision, SourcingInputs } from './sourcing.policy.js';

export interface MadeDecision {
  readonly id: string;
  readonly orderId: string;
  readonly trigger: 'placement' | 'rejection' | 'backorder' | 'substitution' | 'task';
  readonly policyVersion: number;
  readonly inputs: SourcingInputs;
  readonly decision: SourcingDecision;
}

const sourcingDecisions: BatchWriter<MadeDecision> = {
  name: 'orders.sourcing_decision',
  pipelined: true,
  order: 135,
  async write(tx: Sql, rows) {
    await tx.query(
      `insert into orders.sourcing_decision (id, order_id, trigger, policy_version, inputs, decision, locations)
       select id, "orderId", trigger, "policyVersion", inputs, decision,
         array(select distinct part ->> 'locationId' from jsonb_array_elements(decision -> 'allocations') as part)
       from jsonb_to_recordset($1::jsonb) as row(id text, "orderId" text, trigger text, "policyVersion" int,
         inputs jsonb, decision jsonb)
       on conflict do nothing`,
      [JSON.stringify(rows)],
    );
  },
};

/** Adds a decision and its entry in the journey. */
export function addDecision(unit: UnitOfWork, made: MadeDecision, at?: string): void {
  const { decision, orderId, policyVersion, trigger } = made;
  unit.add(sourcingDecisions, made);
  recordJourney(unit, {
    subject: orderId,
    ...(at === undefined ? {} : { at }),
    kind: 'decision',
    system: 'throughline',
    name: 'source',
    outcome: decision.unfilled.length === 0 ? 'sourced' : decision.allocations.length === 0 ? 'unfilled' : 'partial',
    reason: `${decision.reason}, by sourcing-${policyVersion}`,
    detail: {
      decisionId: made.id, trigger, allocations: decision.allocations, unfilled: decision.unfilled,
      candidates: decision.candidates,
    },
  });
}
