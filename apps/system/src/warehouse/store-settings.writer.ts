// Writes how stores work: each change is a version of its own, so that a promise made under an older one can be read.
import type { StoreSettings } from '#contracts';
import type { BatchWriter } from '#database';

const SETTINGS_ORDER = 402;

const WRITE = `
  with given as (
    select id, settings, by from jsonb_to_recordset($1::jsonb) as row (id text, settings jsonb, by text) order by id),
  kept as (
    insert into warehouse.store as store (id, version, settings) select id, 1, settings from given
    on conflict (id) do update set settings = excluded.settings, version = store.version + 1
      where store.settings <> excluded.settings
    returning id, version, settings)
  insert into warehouse.store_version (store_id, version, settings, by)
  select kept.id, kept.version, kept.settings, given.by from kept join given using (id)`;

export interface ChangedSettings {
  readonly id: string;
  readonly settings: StoreSettings;
  readonly by: string;
}

export const storeSettings: BatchWriter<ChangedSettings> = {
  name: 'warehouse.store-settings', order: SETTINGS_ORDER,
  async write(tx, rows) {
    // Of several changes of one store in a batch the last holds.
    const last = new Map(rows.map((row) => [row.id, row]));
    await tx.query(WRITE, [JSON.stringify([...last.values()])]);
  },
};
