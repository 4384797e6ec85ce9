// The tables of webhooks as TypeORM sees them: endpoints, what is or was to be delivered to each, and every attempt.
import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';

/** Which consumer placed what a partition key stands for, and so may see its events. */
@Entity({ schema: 'events', name: 'key_owner' })
export class KeyOwnerRecord {
  @PrimaryColumn('text', { name: 'partition_key' }) partitionKey: string;
  @Column('text') consumer: string;
}

/** Where a consumer wants events delivered. Its secret is derived from `id` and `secretVersion`, never stored. */
@Entity({ schema: 'events', name: 'webhook_endpoint' })
@Unique('webhook_endpoint_consumer_url_key', ['consumer', 'url'])
@Check('webhook_endpoint_position_check', 'position >= 0')
export class WebhookEndpointRecord {
  @PrimaryColumn('text') id: string;
  @Column('text') consumer: string;
  @Column('text') url: string;
  @Column('text') description: string;
  /** Empty: every type its consumer may see. */
  @Column('text', { array: true }) types: string[];
  @Column('text', { nullable: true }) revision: string | null;
  /** Scopes of the consumer when it last changed the endpoint. */
  @Column('text', { array: true }) scopes: string[];
  @Column('boolean') enabled: boolean;
  @Column('text', { name: 'disabled_reason', nullable: true }) disabledReason: string | null;
  @Column('int', { name: 'secret_version', default: 1 }) secretVersion: number;
  @Column('timestamptz', { name: 'previous_secret_until', nullable: true }) previousSecretUntil: Date | null;
  /** Events up to here are deliveries, or not for it. */
  @Column('bigint') position: number;
  /** Failed attempts since the last success. */
  @Column('int', { default: 0 }) failures: number;
  @Column('timestamptz', { name: 'throttled_until', default: '-infinity' }) throttledUntil: Date;
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' }) updatedAt: Date;
}

export const DELIVERY_STATES = ['pending', 'delivered', 'dead', 'discarded'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One event for one endpoint. */
@Entity({ schema: 'events', name: 'webhook_delivery' })
@Check('webhook_delivery_state_check', `state in ('pending', 'delivered', 'dead', 'discarded')`)
@Index('webhook_delivery_due', ['endpointId', 'nextAt'], { where: `state = 'pending'` })
@Index('webhook_delivery_key', ['endpointId', 'partitionKey', 'position'], { where: `state = 'pending'` })
export class WebhookDeliveryRecord {
  @PrimaryColumn('text', { name: 'endpoint_id' }) endpointId: string;
  @PrimaryColumn('bigint') position: number;
  @Column('uuid', { name: 'event_id' }) eventId: string;
  @Column('text') type: string;
  @Column('text', { name: 'partition_key' }) partitionKey: string;
  @Column('text', { default: 'pending' }) state: DeliveryState;
  @Column('int', { default: 0 }) attempts: number;
  /** When it is due; while it is tried, when it is given up for lost and due again. */
  @Column('timestamptz', { name: 'next_at', default: () => 'now()' }) nextAt: Date;
  @Column('text', { nullable: true }) cause: string | null;
  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' }) updatedAt: Date;
  @ManyToOne(() => WebhookEndpointRecord, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'endpoint_id', foreignKeyConstraintName: 'webhook_delivery_endpoint_id_fkey' })
  endpoint?: Relation<WebhookEndpointRecord>;
}

/** One try of a delivery. */
@Entity({ schema: 'events', name: 'webhook_attempt' })
export class WebhookAttemptRecord {
  @PrimaryColumn('text', { name: 'endpoint_id' }) endpointId: string;
  @PrimaryColumn('bigint') position: number;
  @PrimaryColumn('bigint', { generated: 'identity', generatedIdentity: 'ALWAYS' }) seq: number;
  @Column('timestamptz', { default: () => 'now()' }) at: Date;
  @Column('text') outcome: string;
  @Column('int', { nullable: true }) status: number | null;
  @Column('int', { name: 'duration_ms' }) durationMs: number;
  @Column('text', { nullable: true }) detail: string | null;
  @ManyToOne(() => WebhookDeliveryRecord, { onDelete: 'CASCADE' })
  @JoinColumn([
    { name: 'endpoint_id', referencedColumnName: 'endpointId',
      foreignKeyConstraintName: 'webhook_attempt_endpoint_id_position_fkey' },
    { name: 'position', referencedColumnName: 'position',
      foreignKeyConstraintName: 'webhook_attempt_endpoint_id_position_fkey' },
  ])
  delivery?: Relation<WebhookDeliveryRecord>;
}
