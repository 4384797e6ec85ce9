// The tables of schema `events` as TypeORM sees them: for queries, joins and checks that the migrations match. The hot
// paths write them with set-based SQL.
import { Check, Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

abstract class EventColumns {
  @Column('text') type: string;
  @Column('text') source: string;
  @Column('text') subject: string;
  @Column('text', { name: 'partition_key' }) partitionKey: string;
  @Column('jsonb') data: unknown;
  /** When it happened. */
  @Column('timestamptz') time: Date;
  @Column('text', { name: 'correlation_id', nullable: true }) correlationId: string | null;
  @Column('text', { name: 'causation_id', nullable: true }) causationId: string | null;
  @Column('text', { nullable: true }) traceparent: string | null;
}

/** Committed events that have no position yet. */
@Entity({ schema: 'events', name: 'outbox' })
export class OutboxRecord extends EventColumns {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) id: number;
  @Column('uuid', { name: 'event_id' }) eventId: string;
}

/** The log: positions without gaps. */
@Entity({ schema: 'events', name: 'event_log' })
@Index('event_log_subject', ['subject', 'position'])
@Index('event_log_type', ['type', 'position'])
export class EventRecord extends EventColumns {
  @PrimaryColumn('bigint') position: number;
  @Column('uuid', { unique: true }) id: string;
  @Column('timestamptz', { name: 'recorded_time' }) recordedTime: Date;
}

/** One row: the last position given, and the lock that makes one sequencer the writer. */
@Entity({ schema: 'events', name: 'sequencer' })
@Check('sequencer_single_check', 'single')
export class SequencerRecord {
  @PrimaryColumn('boolean', { default: true }) single: boolean;
  @Column('bigint', { name: 'last_position' }) lastPosition: number;
  /** Worker that moved last, and when: for operators. */
  @Column('text', { nullable: true }) holder: string | null;
  @Column('timestamptz', { name: 'moved_at', nullable: true }) movedAt: Date | null;
}

/** How far a named consumer has come, and which process works for it. */
@Entity({ schema: 'events', name: 'cursor' })
@Check('cursor_position_check', 'position >= 0')
export class CursorRecord {
  @PrimaryColumn('text') name: string;
  /** All events up to here are handled or dead letters. */
  @Column('bigint') position: number;
  @Column('text', { nullable: true }) holder: string | null;
  /** Raised with each change of holder; a write with an older one is refused. */
  @Column('bigint', { default: 0 }) epoch: number;
  @Column('timestamptz', { name: 'leased_until', default: '-infinity' }) leasedUntil: Date;
}

/** An event that a consumer could not handle, and why. */
@Entity({ schema: 'events', name: 'dead_letter' })
@Check('dead_letter_state_check', `state in ('dead', 'retrying', 'resolved', 'discarded')`)
@Index('dead_letter_retrying', ['consumer', 'position'], { where: `state = 'retrying'` })
export class DeadLetterRecord {
  @PrimaryColumn('text') consumer: string;
  @PrimaryColumn('bigint') position: number;
  @Column('uuid', { name: 'event_id' }) eventId: string;
  @Column('text') type: string;
  @Column('text') subject: string;
  @Column('int') attempts: number;
  /** The last error, in full. */
  @Column('text') cause: string;
  /** The last error without ids and numbers: the same for all events that failed alike. */
  @Column('text', { name: 'cause_group' }) causeGroup: string;
  @Column('timestamptz', { name: 'failed_at', default: () => 'now()' }) failedAt: Date;
  @Column('text', { default: 'dead' }) state: 'dead' | 'retrying' | 'resolved' | 'discarded';
  /** Data a person put in place of the event's own, for the next try. */
  @Column('jsonb', { nullable: true }) data: unknown;
  @Column('text', { name: 'decided_by', nullable: true }) decidedBy: string | null;
  @Column('timestamptz', { name: 'decided_at', nullable: true }) decidedAt: Date | null;
}

/** One entry of the timeline of an order or a return. */
@Entity({ schema: 'events', name: 'journey' })
@Check('journey_kind_check', `kind in ('command', 'decision', 'vendorCall', 'event', 'step', 'person')`)
export class JourneyRecord {
  @PrimaryColumn('text') subject: string;
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) seq: number;
  @Column('timestamptz') at: Date;
  @Column('text') kind: string;
  @Column('text') system: string;
  @Column('text') name: string;
  @Column('text') outcome: string;
  @Column('double precision', { name: 'duration_ms', nullable: true }) durationMs: number | null;
  @Column('int', { nullable: true }) attempt: number | null;
  @Column('text', { nullable: true }) reason: string | null;
  @Column('jsonb', { nullable: true }) detail: unknown;
  @Column('text', { nullable: true }) traceparent: string | null;
}
