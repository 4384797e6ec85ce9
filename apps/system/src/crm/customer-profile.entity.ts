// A customer profile as the customer system gave it last, so that selling goes on while that system is down.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Customer } from '#contracts';

@Entity({ schema: 'crm', name: 'customer_profile' })
export class CustomerProfileRecord {
  @PrimaryColumn({ type: 'text', name: 'customer_id' })
  customerId: string;

  @Column({ type: 'jsonb' })
  profile: Omit<Customer, 'freshness'>;

  /** When the customer system said so. */
  @Column({ type: 'timestamptz', name: 'as_of' })
  asOf: Date;
}
