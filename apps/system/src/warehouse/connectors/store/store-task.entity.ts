// Work for the people of a store: what was asked, and what has happened to it so far. Its state is derived from that.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Address, StoreHandling, StoreParcel, StoreTaskLine } from '#contracts';

@Entity({ schema: 'warehouse', name: 'store_task', synchronize: false })
export class StoreTaskRecord {
  @PrimaryColumn('text') id: string;
  @Column('text', { name: 'order_id' }) orderId: string;
  @Column('text', { name: 'store_id' }) storeId: string;
  @Column('text') method: string;
  @Column('jsonb') lines: StoreTaskLine[];
  @Column('jsonb', { nullable: true }) handling: StoreHandling | null;
  @Column('jsonb', { name: 'ship_to', nullable: true }) shipTo: Address | null;
  @Column('timestamptz', { name: 'due_at' }) dueAt: Date;
  /** Day of the store on which it was given, for its daily capacity. */
  @Column('date', { name: 'work_day' }) workDay: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
  @Column('text', { nullable: true }) assignee: string | null;
  @Column('timestamptz', { name: 'accepted_at', nullable: true }) acceptedAt: Date | null;
  @Column('timestamptz', { name: 'picked_at', nullable: true }) pickedAt: Date | null;
  @Column('timestamptz', { name: 'packed_at', nullable: true }) packedAt: Date | null;
  @Column('timestamptz', { name: 'ready_at', nullable: true }) readyAt: Date | null;
  @Column('timestamptz', { name: 'collect_by', nullable: true }) collectBy: Date | null;
  @Column('int') extensions: number;
  @Column('timestamptz', { name: 'collected_at', nullable: true }) collectedAt: Date | null;
  @Column('timestamptz', { name: 'shipped_at', nullable: true }) shippedAt: Date | null;
  @Column('timestamptz', { name: 'delivered_at', nullable: true }) deliveredAt: Date | null;
  @Column('timestamptz', { name: 'closed_at', nullable: true }) closedAt: Date | null;
  @Column('text', { name: 'closed_as', nullable: true }) closedAs: 'cancelled' | 'rejected' | 'expired' | null;
  @Column('text', { name: 'close_reason', nullable: true }) closeReason: string | null;
  /** Wrong codes shown so far; after some only a document counts. */
  @Column('int', { name: 'wrong_codes' }) wrongCodes: number;
  @Column('jsonb', { nullable: true }) parcel: StoreParcel | null;
  @Column('jsonb', { nullable: true }) proof: { kind: string; value?: string; by: string } | null;
  @Column({ type: 'text', insert: false, update: false }) state: string;
}
