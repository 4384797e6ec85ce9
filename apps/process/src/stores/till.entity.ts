// What tills have told, the facts about stock that follow, and goods taken back over the counter.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OriginalTender, PosTransaction, StoreReturnLine } from '#contracts';

@Entity({ schema: 'stores', name: 'pos_transaction', synchronize: false })
export class PosTransactionRecord {
  @PrimaryColumn('text', { name: 'store_id' }) storeId: string;
  @PrimaryColumn('text') id: string;
  @Column('text') kind: string;
  @Column('timestamptz', { name: 'occurred_at' }) occurredAt: Date;
  @Column('text', { nullable: true }) voids: string | null;
  @Column('jsonb') content: PosTransaction;
}

@Entity({ schema: 'stores', name: 'stock_fact', synchronize: false })
export class StockFactRecord {
  @PrimaryColumn('text') fact: string;
  @PrimaryColumn('text') sku: string;
  @Column('text', { name: 'store_id' }) storeId: string;
  /** Till transaction, return or count it comes from. */
  @Column('text') origin: string;
  @Column('text') reason: string;
  @Column('int') quantity: number;
  @Column('timestamptz', { name: 'occurred_at' }) occurredAt: Date;
  @Column('bigint') place: number;
  @Column('text') outcome: string;
  @Column('text', { nullable: true }) detail: string | null;
}

@Entity({ schema: 'stores', name: 'store_return', synchronize: false })
export class StoreReturnRecord {
  @PrimaryColumn('text') id: string;
  @Column('text', { name: 'store_id' }) storeId: string;
  @Column('text', { name: 'origin_kind' }) originKind: string;
  @Column('text', { name: 'origin_id' }) originId: string;
  @Column('jsonb') lines: StoreReturnLine[];
  @Column('jsonb') tenders: OriginalTender[];
  @Column('text') associate: string;
  @Column('timestamptz', { name: 'received_at' }) receivedAt: Date;
}

export const tillEntities = [PosTransactionRecord, StockFactRecord, StoreReturnRecord];
