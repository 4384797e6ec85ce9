// A store and how it works; a location that has settings here is worked by people instead of a warehouse's system.
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { StoreSettings } from '#contracts';

@Entity({ schema: 'warehouse', name: 'store' })
export class StoreRecord {
  @PrimaryColumn('text')
  id: string;

  @Column('int')
  version: number;

  @Column('jsonb')
  settings: StoreSettings;
}
