// The tables of schema `inventory` as records: where stock lies, what is promised of it, and the ledger that explains
// it.
import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryColumn } from 'typeorm';
import type { stockBuckets } from '#contracts';

/** A warehouse or store. */
@Entity({ schema: 'inventory', name: 'location' })
export class LocationRecord {
  @PrimaryColumn('text')
  id: string;

  @Column('text')
  name: string;

  @Column('text')
  kind: 'warehouse' | 'store';

  /** Region it serves first, e.g. EU. */
  @Column('text')
  region: string;

  /** GS1 GLN. */
  @Column('text')
  gln: string;

  /** ISO 3166-1 alpha-2. */
  @Column('text')
  country: string;

  @Column('boolean', { name: 'ships_from_store' })
  shipsFromStore: boolean;

  @Column('boolean', { name: 'allows_pickup' })
  allowsPickup: boolean;

  /** Orders it can work on in a day; null: no limit. */
  @Column('integer', { name: 'daily_capacity', nullable: true })
  dailyCapacity: number | null;
}

/** Stock of one SKU at one location; `onHand` is free, reserved and unavailable, of which `shortfall` is not there. */
@Entity({ schema: 'inventory', name: 'position' })
export class PositionRecord {
  @PrimaryColumn('text')
  sku: string;

  @PrimaryColumn('text', { name: 'location_id' })
  locationId: string;

  @ManyToOne(() => LocationRecord)
  @JoinColumn({ name: 'location_id' })
  location?: LocationRecord;

  @Column('bigint', { name: 'on_hand' })
  onHand: number;

  @Column('bigint')
  reserved: number;

  /** Damaged, in quality control and in quarantine together. */
  @Column('bigint')
  unavailable: number;

  @Column('bigint')
  damaged: number;

  @Column('bigint')
  quality: number;

  @Column('bigint')
  quarantine: number;

  @Column('bigint')
  shortfall: number;

  @Column('bigint', { name: 'safety_stock' })
  safetyStock: number;

  /** Effective time and fact of the last count that stands. */
  @Column('timestamptz', { name: 'counted_at', nullable: true })
  countedAt: Date | null;

  @Column('text', { name: 'counted_fact', nullable: true })
  countedFact: string | null;
}

export type ReservationState = 'held' | 'confirmed' | 'released' | 'consumed' | 'expired';

/** Stock kept for an owner, as one group. */
@Entity({ schema: 'inventory', name: 'reservation' })
export class ReservationRecord {
  @PrimaryColumn('text')
  id: string;

  @Column('text')
  owner: string;

  @Column('text')
  state: ReservationState;

  /** SHA-256 of what was asked for, to tell a repetition from another request under the same id. */
  @Column('text')
  content: string;

  /** Null once confirmed. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @OneToMany(() => ReservationLineRecord, (line) => line.reservation)
  lines: ReservationLineRecord[];
}

/** One allocation of a line; `quantity - consumed - released` of it is still reserved. A bundle has one a component. */
@Entity({ schema: 'inventory', name: 'reservation_line' })
export class ReservationLineRecord {
  @PrimaryColumn('text', { name: 'reservation_id' })
  reservationId: string;

  /** Order of the allocations, in which those of one line stand together at first. */
  @PrimaryColumn('integer')
  place: number;

  @Column('text', { name: 'line_id' })
  lineId: string;

  @ManyToOne(() => ReservationRecord, (reservation) => reservation.lines)
  @JoinColumn({ name: 'reservation_id' })
  reservation?: ReservationRecord;

  @Column('text')
  sku: string;

  @Column('text', { name: 'location_id' })
  locationId: string;

  @Column('bigint')
  quantity: number;

  @Column('bigint')
  consumed: number;

  @Column('bigint')
  released: number;

  /** Bundle whose component it is, and how many of it one bundle has. */
  @Column('text', { name: 'bundle_sku', nullable: true })
  bundleSku: string | null;

  @Column('bigint', { name: 'per_bundle' })
  perBundle: number;
}

/** Where units can be; `onHand` here means free, neither reserved nor unavailable. */
export type Bucket = (typeof stockBuckets)[number];

/** One double entry of the units ledger: units leave one bucket and enter another. */
@Entity({ schema: 'inventory', name: 'movement' })
export class MovementRecord {
  /** UUIDv7, so that ids sort by time. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('timestamptz')
  at: Date;

  /** When what it books happened. */
  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt: Date;

  @Column('text')
  sku: string;

  @Column('text', { name: 'location_id' })
  locationId: string;

  @Column('bigint')
  quantity: number;

  @Column('text', { name: 'from_bucket' })
  from: Bucket;

  @Column('text', { name: 'to_bucket' })
  to: Bucket;

  @Column('text')
  fact: string;

  @Column('text')
  reason: string;
}

/** A fact that has changed stock already: the same one counts once within its scope. */
@Entity({ schema: 'inventory', name: 'applied_fact' })
export class AppliedFactRecord {
  /** The reservation a shipment consumes, or the position an adjustment changes. */
  @PrimaryColumn('text')
  scope: string;

  @PrimaryColumn('text')
  fact: string;

  /** SHA-256 of what the fact said. */
  @Column('text')
  content: string;
}

/** A line of a purchase or transfer order: units expected at a location on a date. */
@Entity({ schema: 'inventory', name: 'supply' })
export class SupplyRecord {
  @PrimaryColumn('text')
  id: string;

  @Column('text')
  kind: string;

  @Column('text')
  sku: string;

  @Column('text', { name: 'location_id' })
  locationId: string;

  @Column('text', { name: 'from_location_id', nullable: true })
  fromLocationId: string | null;

  @Column('timestamptz', { name: 'expected_at' })
  expectedAt: Date;

  @Column('bigint')
  quantity: number;

  @Column('bigint')
  received: number;

  @Column('boolean')
  cancelled: boolean;

  /** When this was so in the sender's system: an older message changes nothing. */
  @Column('timestamptz', { name: 'stated_at' })
  statedAt: Date;
}

export const inventoryEntities = [
  LocationRecord, PositionRecord, ReservationRecord, ReservationLineRecord, MovementRecord, AppliedFactRecord,
  SupplyRecord,
];
