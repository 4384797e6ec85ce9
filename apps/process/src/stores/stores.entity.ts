// Who may act for a store, and the manifests of its parcels.
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A calling application and a store it may act for; `*` stands for all. */
@Entity({ schema: 'stores', name: 'access' })
export class AccessRecord {
  @PrimaryColumn('text') consumer: string;
  @PrimaryColumn('text', { name: 'store_id' }) storeId: string;
}

/** A person who works at a store. */
@Entity({ schema: 'stores', name: 'associate' })
export class AssociateRecord {
  @PrimaryColumn('text') id: string;
  @Column('text') name: string;
  @Column('text', { name: 'store_id' }) storeId: string;
  @Column('boolean') active: boolean;
}

@Entity({ schema: 'stores', name: 'manifest' })
export class ManifestRecord {
  @PrimaryColumn('text') id: string;
  @Column('text', { name: 'store_id' }) storeId: string;
  @Column('text') carrier: string;
  @Column('text') associate: string;
  @Column('text', { name: 'task_ids', array: true }) taskIds: string[];
  @Column('timestamptz', { name: 'closed_at' }) closedAt: Date;
}

export const storesEntities = [AccessRecord, AssociateRecord, ManifestRecord];
