// Records of an order as TypeORM knows them: columns and relations for queries; hot paths write the same tables
// set-based (order.writer.ts).
import { Column, Entity, JoinColumn, ManyToOne, OneToMany, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { Address, Discount, Money, OrderCustomer, Tax, Totals } from '#contracts';

/** A connected system that says nothing now. */
export interface SilentSystem {
  readonly system: string;
  /** When it last said something. */
  readonly since: Date;
  readonly reason: string;
  readonly checkEverySeconds: number;
}

@Entity({ schema: 'orders', name: 'order', synchronize: false })
export class OrderRecord {
  @PrimaryColumn('text') id: string;
  @Column('text', { name: 'order_number' }) orderNumber: string;
  @Column('text') brand: string;
  @Column('text') region: string;
  @Column('text') channel: string;
  @Column('text') currency: string;
  @Column('text', { name: 'customer_id', nullable: true }) customerId: string | null;
  @Column('jsonb') customer: OrderCustomer;
  @Column('jsonb', { name: 'shipping_address', nullable: true }) shippingAddress: Address | null;
  @Column('jsonb') totals: Totals;
  /** Consumer that placed it and hash of what it sent: tells a repeated message from a conflicting one. */
  @Column('text') consumer: string;
  @Column('text') fingerprint: string;
  @Column('text', { name: 'reservation_id' }) reservationId: string;
  @Column('timestamptz', { name: 'placed_at' }) placedAt: Date;
  @Column('timestamptz', { name: 'promised_at', nullable: true }) promisedAt: Date | null;
  @Column('timestamptz', { name: 'cancelled_at', nullable: true }) cancelledAt: Date | null;
  @Column('timestamptz', { name: 'completed_at', nullable: true }) completedAt: Date | null;
  @Column('int') version: number;
  @OneToMany(() => LineRecord, (line) => line.order) lines: Relation<LineRecord>[];
  @OneToMany(() => HoldRecord, (hold) => hold.order) holds: Relation<HoldRecord>[];
  @OneToMany(() => ShipmentRecord, (shipment) => shipment.order) shipments: Relation<ShipmentRecord>[];
  @OneToMany(() => ExternalReferenceRecord, (reference) => reference.order)
  externalReferences: Relation<ExternalReferenceRecord>[];
  @OneToMany(() => SystemReferenceRecord, (reference) => reference.order)
  systemReferences: Relation<SystemReferenceRecord>[];
  @OneToOne(() => PaymentRecord, (payment) => payment.order) payment: Relation<PaymentRecord>;
  @OneToMany(() => PickupRecord, (pickup) => pickup.order) pickups: Relation<PickupRecord>[];
  /** Which systems said nothing when it was read; no column of its own. */
  silent?: readonly SilentSystem[];
}

@Entity({ schema: 'orders', name: 'line', synchronize: false })
export class LineRecord {
  @PrimaryColumn('text', { name: 'order_id' }) orderId: string;
  @PrimaryColumn('text', { name: 'line_id' }) lineId: string;
  @Column('int') place: number;
  @Column('text') sku: string;
  @Column('text') name: string;
  @Column('jsonb', { name: 'unit_price' }) unitPrice: Money;
  @Column('jsonb') discounts: Discount[];
  @Column('jsonb') tax: Tax;
  @Column('jsonb') total: Money;
  @Column('text') method: string;
  @Column('text', { name: 'location_id' }) locationId: string;
  @Column('int') ordered: number;
  @Column('int') cancelled: number;
  @Column('int') backordered: number;
  @Column('int') reserved: number;
  @Column('int') released: number;
  @Column('int') picked: number;
  @Column('int') packed: number;
  @Column('int') shipped: number;
  @Column('int') delivered: number;
  @Column('int', { name: 'return_requested' }) returnRequested: number;
  @Column('int') received: number;
  @Column('int') restocked: number;
  @Column('int') scrapped: number;
  @Column('int') refunded: number;
  @Column('int', { name: 'return_in_transit' }) returnInTransit: number;
  @Column('int') inspected: number;
  @Column('int', { name: 'not_returned' }) notReturned: number;
  @Column('int', { name: 'refund_denied' }) refundDenied: number;
  @ManyToOne(() => OrderRecord, (order) => order.lines)
  @JoinColumn({ name: 'order_id' })
  order: Relation<OrderRecord>;
}

@Entity({ schema: 'orders', name: 'hold', synchronize: false })
export class HoldRecord {
  @PrimaryColumn('text') id: string;
  @Column('text', { name: 'order_id' }) orderId: string;
  @Column('text') kind: string;
  @Column('text') reason: string;
  @Column('text', { name: 'placed_by' }) placedBy: string;
  @Column('timestamptz', { name: 'placed_at' }) placedAt: Date;
  @Column('text', { name: 'released_by', nullable: true }) releasedBy: string | null;
  @Column('timestamptz', { name: 'released_at', nullable: true }) releasedAt: Date | null;
  @ManyToOne(() => OrderRecord, (order) => order.holds)
  @JoinColumn({ name: 'order_id' })
  order: Relation<OrderRecord>;
}

@Entity({ schema: 'orders', name: 'shipment', synchronize: false })
export class ShipmentRecord {
  @PrimaryColumn('text') id: string;
  @Column('text', { name: 'order_id' }) orderId: string;
  @Column('text', { name: 'location_id' }) locationId: string;
  @Column('text', { nullable: true }) carrier: string | null;
  @Column('text', { name: 'tracking_number', nullable: true }) trackingNumber: string | null;
  @Column('timestamptz', { name: 'shipped_at' }) shippedAt: Date;
  @Column('timestamptz', { name: 'delivered_at', nullable: true }) deliveredAt: Date | null;
  @ManyToOne(() => OrderRecord, (order) => order.shipments)
  @JoinColumn({ name: 'order_id' })
  order: Relation<OrderRecord>;
}

/** Lines the customer collects at a store, and what became of that. */
@Entity({ schema: 'orders', name: 'pickup', synchronize: false })
export class PickupRecord {
  @PrimaryColumn('text') id: string;
  @Column('text', { name: 'order_id' }) orderId: string;
  @Column('text', { name: 'location_id' }) locationId: string;
  @Column('text', { name: 'line_ids', array: true }) lineIds: string[];
  @Column('text') code: string;
  @Column('timestamptz', { name: 'ready_by' }) readyBy: Date;
  @Column('timestamptz', { name: 'ready_at', nullable: true }) readyAt: Date | null;
  @Column('timestamptz', { name: 'collect_by', nullable: true }) collectBy: Date | null;
  @Column('timestamptz', { name: 'collected_at', nullable: true }) collectedAt: Date | null;
  @Column('timestamptz', { name: 'expired_at', nullable: true }) expiredAt: Date | null;
  @Column('timestamptz', { name: 'converted_at', nullable: true }) convertedAt: Date | null;
  @Column('timestamptz', { name: 'cancelled_at', nullable: true }) cancelledAt: Date | null;
  @ManyToOne(() => OrderRecord, (order) => order.pickups)
  @JoinColumn({ name: 'order_id' })
  order: Relation<OrderRecord>;
}

@Entity({ schema: 'orders', name: 'payment', synchronize: false })
export class PaymentRecord {
  @PrimaryColumn('text', { name: 'order_id' }) orderId: string;
  @Column('text') method: string;
  @Column('text') currency: string;
  @Column('text', { nullable: true }) reference: string | null;
  /** Minor units. */
  @Column('bigint') authorised: number;
  @Column('bigint') captured: number;
  @Column('bigint') refunded: number;
  @Column('timestamptz', { name: 'voided_at', nullable: true }) voidedAt: Date | null;
  @Column('timestamptz', { name: 'failed_at', nullable: true }) failedAt: Date | null;
  @OneToOne(() => OrderRecord, (order) => order.payment)
  @JoinColumn({ name: 'order_id' })
  order: Relation<OrderRecord>;
}

/** Order id of a channel or other system: one commercial order per reference. */
@Entity({ schema: 'orders', name: 'external_reference', synchronize: false })
export class ExternalReferenceRecord {
  @PrimaryColumn('text') system: string;
  @PrimaryColumn('text', { name: 'external_id' }) externalId: string;
  @Column('text', { name: 'order_id' }) orderId: string;
  @ManyToOne(() => OrderRecord, (order) => order.externalReferences)
  @JoinColumn({ name: 'order_id' })
  order: Relation<OrderRecord>;
}

/** Id of an order in a connected system, e.g. its ERP number. */
@Entity({ schema: 'orders', name: 'system_reference', synchronize: false })
export class SystemReferenceRecord {
  @PrimaryColumn('text', { name: 'order_id' }) orderId: string;
  @PrimaryColumn('text') system: string;
  @PrimaryColumn('text') reference: string;
  /** When that system confirmed it. */
  @Column('timestamptz') since: Date;
  @ManyToOne(() => OrderRecord, (order) => order.systemReferences)
  @JoinColumn({ name: 'order_id' })
  order: Relation<OrderRecord>;
}

export const orderEntities = [
  OrderRecord,
  LineRecord,
  HoldRecord,
  ShipmentRecord,
  PaymentRecord,
  PickupRecord,
  ExternalReferenceRecord,
  SystemReferenceRecord,
];
