// Decisions made with stored policies, as TypeORM reads them.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { SourcingDecision, SourcingInputs } from './sourcing.policy.js';

@Entity({ schema: 'orders', name: 'sourcing_decision', synchronize: false })
export class DecisionRecord {
  @PrimaryColumn('text') id: string;
  @Column('text', { name: 'order_id' }) orderId: string;
  @Column('text') trigger: string;
  @Column('timestamptz', { name: 'decided_at' }) decidedAt: Date;
  @Column('int', { name: 'policy_version' }) policyVersion: number;
  @Column('jsonb') inputs: SourcingInputs;
  @Column('jsonb') decision: SourcingDecision;
}

export const policyEntities = [DecisionRecord];
