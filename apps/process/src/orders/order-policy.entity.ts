// Policies as stored versions and the decisions made with them, as TypeORM reads them.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { SourcingDecision, SourcingInputs } from './sourcing.policy.js';

@Entity({ schema: 'orders', name: 'policy', synchronize: false })
export class PolicyRecord {
  @PrimaryColumn('text') kind: string;
  @PrimaryColumn('int') version: number;
  @Column('jsonb') document: Record<string, unknown>;
  @Column('text', { name: 'set_by' }) setBy: string;
  @Column('timestamptz', { name: 'set_at' }) setAt: Date;
  @Column('text', { nullable: true }) note: string | null;
}

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

export const policyEntities = [PolicyRecord, DecisionRecord];
