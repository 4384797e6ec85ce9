// A fulfilment order as we asked for it and as the warehouse last described it: what its messages are matched with, and
// what we answer while it is down.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Address, FulfilmentLine } from '#contracts';

/** States in the order in which a warehouse goes through them; the last two end it. */
export const FULFILMENT_STATES =
  ['accepted', 'picked', 'packed', 'shipped', 'delivered', 'cancelled', 'rejected'] as const;
export type FulfilmentState = (typeof FULFILMENT_STATES)[number];

@Entity({ schema: 'warehouse', name: 'fulfilment_order' })
export class FulfilmentOrderRecord {
  @PrimaryColumn('text')
  id: string;

  @Column('text', { name: 'order_id' })
  orderId: string;

  @Column('text', { name: 'location_id' })
  locationId: string;

  @Column('text')
  method: string;

  @Column('jsonb')
  lines: FulfilmentLine[];

  @Column('jsonb', { name: 'ship_to', nullable: true })
  shipTo: Address | null;

  /** Id at the warehouse; null until it has answered. */
  @Column('text', { nullable: true })
  reference: string | null;

  /** Null until the warehouse has answered. */
  @Column('text', { nullable: true })
  state: FulfilmentState | null;

  /** True once we wanted to take the work back. */
  @Column('boolean', { name: 'cancel_asked' })
  cancelAsked: boolean;

  /** When the state was reached. */
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;

  /** When the warehouse said so. */
  @Column('timestamptz', { name: 'as_of', nullable: true })
  asOf: Date | null;
}
