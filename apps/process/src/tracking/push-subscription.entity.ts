// A device that follows an order, as a record.
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ schema: 'tracking', name: 'push_subscription' })
export class PushSubscriptionRecord {
  @PrimaryColumn('text')
  id: string;

  @Column('text', { name: 'order_id' })
  orderId: string;

  @Column('text', { name: 'order_number' })
  orderNumber: string;

  @Column('text')
  consumer: string;

  @Column('text')
  endpoint: string;

  @Column('text')
  p256dh: string;

  @Column('text')
  auth: string;

  @Column('text')
  language: string;

  @Column('bigint')
  position: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;
}
