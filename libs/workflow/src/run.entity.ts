// The records of durable runs as TypeORM reads them for people and reports; the engine writes them set-based.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ErrorRecord } from './errors.js';
import type { JournalEntries } from './journal.js';
import type { RunStatus } from './store.js';

@Entity({ schema: 'workflow', name: 'run' })
export class RunRecord {
  /** The business key. */
  @PrimaryColumn('text') id: string;
  @Column('text') kind: string;
  /** Version of the workflow's code, pinned at the start. */
  @Column('int') version: number;
  @Column('text') status: RunStatus;
  @Column('text', { nullable: true }) owner: string | null;
  @Column('int') epoch: number;
  /** When a ready run may be claimed, or a wait times out. */
  @Column('timestamptz', { nullable: true }) due: Date | null;
  /** Signals that wake the run. */
  @Column('text', { name: 'wait_for', array: true, nullable: true }) waitFor: string[] | null;
  @Column('jsonb') input: unknown;
  @Column('text', { name: 'input_hash' }) inputHash: string;
  @Column('jsonb') journal: JournalEntries;
  @Column('jsonb', { nullable: true }) result: unknown;
  @Column('jsonb', { nullable: true }) error: ErrorRecord | null;
  @Column('text', { nullable: true }) traceparent: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt: Date | null;
}

@Entity({ schema: 'workflow', name: 'signal' })
export class SignalRecord {
  @PrimaryColumn('text', { name: 'run_id' }) runId: string;
  @PrimaryColumn('text') name: string;
  /** The sender's key; the same signal sent again is not a second one. */
  @PrimaryColumn('text') key: string;
  @Column('bigint') position: number;
  @Column('jsonb', { nullable: true }) payload: unknown;
  @Column('timestamptz', { name: 'received_at' }) receivedAt: Date;
  @Column('timestamptz', { name: 'used_at', nullable: true }) usedAt: Date | null;
}

@Entity({ schema: 'workflow', name: 'worker' })
export class WorkerRecord {
  @PrimaryColumn('text') id: string;
  @Column('timestamptz', { name: 'lease_until' }) leaseUntil: Date;
}

@Entity({ schema: 'workflow', name: 'task' })
export class TaskRecord {
  /** `tsk_` and a UUIDv7. */
  @PrimaryColumn('text') id: string;
  @Column('text', { name: 'run_id' }) runId: string;
  /** Kind of the run. */
  @Column('text') kind: string;
  @Column('text') reason: string;
  /** Journal entry the decision is about. */
  @Column('text', { nullable: true }) entry: string | null;
  @Column('jsonb', { nullable: true }) error: ErrorRecord | null;
  /** Role or person who has to decide. */
  @Column('text') owner: string;
  @Column('timestamptz', { name: 'due_at' }) dueAt: Date;
  @Column('text', { array: true }) actions: string[];
  /** What tasks are grouped by. */
  @Column('text') cause: string;
  /** The run goes on and waits for the answer. */
  @Column('boolean') asks: boolean;
  @Column('jsonb', { nullable: true }) detail: Record<string, unknown> | null;
  /** Corrected data given with the decision. */
  @Column('jsonb', { nullable: true }) answer: Record<string, unknown> | null;
  @Column('timestamptz', { name: 'escalated_at', nullable: true }) escalatedAt: Date | null;
  @Column('text', { name: 'case_id', nullable: true }) caseId: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'decided_at', nullable: true }) decidedAt: Date | null;
  @Column('text', { name: 'decided_by', nullable: true }) decidedBy: string | null;
  @Column('text', { nullable: true }) decision: string | null;
  @Column('text', { nullable: true }) note: string | null;
}
