// A message as it was asked for and what became of it: one row per id, so that nothing is sent twice.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { NewMessage } from '#contracts';

export type MessageState = 'pending' | 'sent' | 'rejected' | 'uncertain';

@Entity({ schema: 'notification', name: 'message', synchronize: false })
export class MessageRecord {
  @PrimaryColumn('text') id: string;
  @Column('text') subject: string;
  /** As it was asked for. */
  @Column('jsonb') message: NewMessage;
  @Column('text') state: MessageState;
  @Column('int') attempts: number;
  @Column('text', { nullable: true }) reason: string | null;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
}
