// A case and what was said on it, as TypeORM reads them; they are written set-based.
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ schema: 'service', name: 'case' })
export class CaseRecord {
  @PrimaryColumn('text', { name: 'case_id' }) id: string;
  @Column('text') kind: string;
  @Column('text') subject: string;
  @Column('text', { name: 'order_id', nullable: true }) orderId: string | null;
  @Column('text', { name: 'customer_id', nullable: true }) customerId: string | null;
  @Column('text', { name: 'task_id', nullable: true }) taskId: string | null;
  @Column('text') state: string;
  @Column('text') reason: string;
  @Column('text') summary: string;
  @Column('jsonb') evidence: Record<string, unknown>;
  @Column('text', { nullable: true }) team: string | null;
  @Column('text', { array: true }) actions: string[];
  @Column('text') priority: string;
  @Column('timestamptz', { name: 'opened_at' }) openedAt: Date;
  @Column('timestamptz', { name: 'resolved_at', nullable: true }) resolvedAt: Date | null;
  @Column('text', { nullable: true }) agent: string | null;
  @Column('text', { name: 'agent_status', nullable: true }) agentStatus: string | null;
  @Column('boolean', { name: 'agent_closed' }) agentClosed: boolean;
  /** When an agent changed it last. */
  @Column('timestamptz', { name: 'agent_at', nullable: true }) agentAt: Date | null;
  @Column('int') version: number;
  @Column('int', { name: 'told_version' }) toldVersion: number;
  /** State with which the status was written last; null: it is to be written again. */
  @Column('text', { name: 'told_state', nullable: true }) toldState: string | null;
  @Column('timestamptz', { name: 'told_at', nullable: true }) toldAt: Date | null;
  @Column('text', { name: 'told_error', nullable: true }) toldError: string | null;
  @Column('text', { name: 'record_id', nullable: true }) recordId: string | null;
  /** A number only when it is at once: minus infinity. */
  @Column('timestamptz', { name: 'next_try' }) nextTry: Date | number;
}

@Entity({ schema: 'service', name: 'case_note' })
export class CaseNoteRecord {
  @PrimaryColumn('text', { name: 'note_id' }) id: string;
  @Column('text', { name: 'case_id' }) caseId: string;
  @Column('timestamptz') at: Date;
  @Column('text') by: string;
  @Column('text') side: 'agent' | 'throughline';
  @Column('text') text: string;
}
