// The tables of schema `inventory` as records: where stock lies, what is promised of it, and the ledger that explains
// it.
import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryColumn } from 'typeorm';

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
}

/** Stock of one SKU at one location; `onHand` is all that is physically there, reserved and unavailable included. */
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

  @Column('bigint')
  unavailable: number;

  @Column('bigint', { name: 'safety_stock' })
  safetyStock: number;
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

/** One line's allocation; `quantity - consumed - released` of it is still reserved. */
@Entity({ schema: 'inventory', name: 'reservation_line' })
export class ReservationLineRecord {
  @PrimaryColumn('text', { name: 'reservation_id' })
  reservationId: string;

  @PrimaryColumn('text', { name: 'line_id' })
  lineId: string;

  @ManyToOne(() => ReservationRecord, (reservation) => reservation.lines)
  @JoinColumn({ name: 'reservation_id' })
  reservation?: ReservationRecord;

  /** Order of the lines as asked for. */
  @Column('integer')
  place: number;

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
}

/** Where units can be: `onHand` here means free, neither reserved nor unavailable; the last four lie outside. */
export type Bucket = 'onHand' | 'reserved' | 'unavailable' | 'supplier' | 'customer' | 'writtenOff' | 'count';

/** One double entry of the units ledger: units leave one bucket and enter another. */
@Entity({ schema: 'inventory', name: 'movement' })
export class MovementRecord {
  /** UUIDv7, so that ids sort by time. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('timestamptz')
  at: Date;

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

export const inventoryEntities = [
  LocationRecord, PositionRecord, ReservationRecord, ReservationLineRecord, MovementRecord, AppliedFactRecord,
];
