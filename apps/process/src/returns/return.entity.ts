// Records of returns as TypeORM knows them; amounts are minor units. Runs write the same tables set-based
// (return.writer.ts).
import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryColumn, type Relation } from 'typeorm';
import type { ReturnLabel, ReturnPreview } from '#contracts';

@Entity({ schema: 'returns', name: 'return', synchronize: false })
export class ReturnRecord {
  @PrimaryColumn('text') id: string;
  @Column('text', { name: 'return_number' }) returnNumber: string;
  @Column('text', { name: 'order_id' }) orderId: string;
  @Column('text', { name: 'order_number' }) orderNumber: string;
  @Column('text') brand: string;
  @Column('text') region: string;
  @Column('text') channel: string;
  @Column('text') consumer: string;
  @Column('text', { name: 'customer_id', nullable: true }) customerId: string | null;
  @Column('text') currency: string;
  @Column('text') method: string;
  @Column('text', { name: 'policy_version' }) policyVersion: string;
  @Column('text', { name: 'preview_hash' }) previewHash: string;
  @Column('jsonb') decision: ReturnPreview;
  @Column('text', { name: 'return_to', nullable: true }) returnTo: string | null;
  @Column('boolean') advance: boolean;
  @Column('text', { nullable: true }) note: string | null;
  @Column('timestamptz', { name: 'requested_at' }) requestedAt: Date;
  @Column('timestamptz', { name: 'due_at', nullable: true }) dueAt: Date | null;
  @Column('timestamptz', { name: 'authorised_at', nullable: true }) authorisedAt: Date | null;
  @Column('text', { name: 'erp_reference', nullable: true }) erpReference: string | null;
  @Column('timestamptz', { name: 'declined_at', nullable: true }) declinedAt: Date | null;
  @Column('text', { name: 'decline_reason', nullable: true }) declineReason: string | null;
  @Column('jsonb', { nullable: true }) label: ReturnLabel | null;
  @Column('text', { name: 'exchange_order_id', nullable: true }) exchangeOrderId: string | null;
  @Column('text', { name: 'exchange_failure', nullable: true }) exchangeFailure: string | null;
  @Column('text', { name: 'advance_settlement', nullable: true }) advanceSettlement: string | null;
  @Column('timestamptz', { name: 'closed_at', nullable: true }) closedAt: Date | null;
  @OneToMany(() => UnitRecord, (unit) => unit.owner) units: Relation<UnitRecord>[];
  @OneToMany(() => RefundRecord, (refund) => refund.owner) refunds: Relation<RefundRecord>[];
}

@Entity({ schema: 'returns', name: 'unit', synchronize: false })
export class UnitRecord {
  @PrimaryColumn('text', { name: 'return_id' }) returnId: string;
  @PrimaryColumn('text', { name: 'line_id' }) lineId: string;
  @PrimaryColumn('int') unit: number;
  @Column('text') sku: string;
  @Column('text') reason: string;
  @Column('bigint') amount: number;
  @Column('bigint') tax: number;
  @Column('bigint') fee: number;
  @Column('bigint', { name: 'fee_tax' }) feeTax: number;
  @Column('timestamptz', { name: 'in_transit_at', nullable: true }) inTransitAt: Date | null;
  @Column('timestamptz', { name: 'received_at', nullable: true }) receivedAt: Date | null;
  @Column('text', { name: 'reported_by', array: true }) reportedBy: string[];
  @Column('text', { name: 'location_id', nullable: true }) locationId: string | null;
  @Column('timestamptz', { name: 'inspected_at', nullable: true }) inspectedAt: Date | null;
  @Column('text', { nullable: true }) grade: string | null;
  @Column('text', { nullable: true }) disposition: string | null;
  @Column('timestamptz', { name: 'disposed_at', nullable: true }) disposedAt: Date | null;
  @Column('timestamptz', { name: 'not_returned_at', nullable: true }) notReturnedAt: Date | null;
  @Column('timestamptz', { name: 'kept_at', nullable: true }) keptAt: Date | null;
  @Column('text', { name: 'refund_fact', nullable: true }) refundFact: string | null;
  @ManyToOne(() => ReturnRecord, (record) => record.units)
  @JoinColumn({ name: 'return_id' })
  owner: Relation<ReturnRecord>;
}

@Entity({ schema: 'returns', name: 'refund', synchronize: false })
export class RefundRecord {
  @Column('text', { name: 'return_id' }) returnId: string;
  @PrimaryColumn('text') fact: string;
  @Column('bigint') total: number;
  @Column('bigint') fee: number;
  @Column('bigint') original: number;
  @Column('bigint', { name: 'store_credit' }) storeCredit: number;
  @Column('timestamptz', { name: 'asked_at' }) askedAt: Date;
  @Column('timestamptz', { name: 'refunded_at', nullable: true }) refundedAt: Date | null;
  @Column('timestamptz', { name: 'denied_at', nullable: true }) deniedAt: Date | null;
  @Column('timestamptz', { name: 'reversed_at', nullable: true }) reversedAt: Date | null;
  /** A refund that came back and was settled otherwise. */
  @Column('timestamptz', { name: 'settled_at', nullable: true }) settledAt: Date | null;
  @Column('text', { nullable: true }) memo: string | null;
  @Column('text', { name: 'store_credit_code', nullable: true }) storeCreditCode: string | null;
  @Column('text', { nullable: true }) reason: string | null;
  @ManyToOne(() => ReturnRecord, (record) => record.refunds)
  @JoinColumn({ name: 'return_id' })
  owner: Relation<ReturnRecord>;
}

@Entity({ schema: 'returns', name: 'orphan', synchronize: false })
export class OrphanRecord {
  @PrimaryColumn('text') id: string;
  @Column('text') source: string;
  @Column('text') fact: string;
  @Column('text') sku: string;
  @Column('int') quantity: number;
  @Column('text', { name: 'location_id' }) locationId: string;
  @Column('text', { nullable: true }) reference: string | null;
  @Column('text') reason: string;
  @Column('timestamptz', { name: 'received_at' }) receivedAt: Date;
  @Column('text', { nullable: true }) grade: string | null;
  @Column('text', { name: 'return_id', nullable: true }) returnId: string | null;
  @Column('text', { name: 'matched_by', nullable: true }) matchedBy: string | null;
  @Column('timestamptz', { name: 'matched_at', nullable: true }) matchedAt: Date | null;
}

@Entity({ schema: 'returns', name: 'policy', synchronize: false })
export class ReturnPolicyRecord {
  @PrimaryColumn('text') brand: string;
  @PrimaryColumn('text') jurisdiction: string;
  @PrimaryColumn('int') version: number;
  @Column('jsonb') document: Record<string, unknown>;
  @Column('text', { name: 'set_by' }) setBy: string;
  @Column('timestamptz', { name: 'set_at' }) setAt: Date;
  @Column('text', { nullable: true }) note: string | null;
}

export const returnEntities = [ReturnRecord, UnitRecord, RefundRecord, OrphanRecord, ReturnPolicyRecord];
