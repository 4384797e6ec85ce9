// The deadline of a partner's order and how it was decided, as a record.
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ schema: 'marketplace', name: 'acceptance' })
export class AcceptanceRecord {
  @PrimaryColumn('text', { name: 'order_id' })
  orderId: string;

  @Column('text')
  partner: string;

  @Column('timestamptz', { name: 'accept_by' })
  acceptBy: Date;

  @Column('text', { name: 'when_late' })
  whenLate: string;

  @Column('text', { nullable: true })
  outcome: string | null;

  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt: Date | null;
}

export const acceptanceEntities = [AcceptanceRecord];
