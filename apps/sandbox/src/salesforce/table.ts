/*
 * The records of one object with the indexes that make look-ups by external id and by parent fast, and an undo log
 * that makes "all or none" possible.
 */
import type { Collection, Store } from '../store.js';
import type { SObjectRecord, Value } from './record.js';
import type { SObjectType } from './schema.js';

const NO_IDS: ReadonlySet<string> = new Set();

/** Takes back one write. */
export type Undo = () => void;

export class Table {
  readonly records: Collection<SObjectRecord>;
  /** What was deleted; stands for the recycle bin. */
  readonly bin: Collection<SObjectRecord>;
  private readonly indexes = new Map<string, Map<string, Set<string>>>();

  constructor(readonly type: SObjectType, store: Store) {
    this.records = store.collection<SObjectRecord>(type.name);
    this.bin = store.collection<SObjectRecord>(`${type.name}.deleted`);
    this.index();
  }

  /** Rebuilds the indexes from the records; needed when the store was emptied. */
  index(): void {
    for (const field of this.type.fields.values()) {
      if (field.externalId || field.unique || field.referenceTo) this.indexes.set(field.name, new Map());
    }
    for (const record of this.records.values()) this.addToIndexes(record);
  }

  isIndexed(fieldName: string): boolean {
    return this.indexes.has(fieldName);
  }

  /** The ids of the records with this value in an indexed field; text is compared without case, as Salesforce does. */
  find(fieldName: string, value: Value): ReadonlySet<string> {
    return this.indexes.get(fieldName)?.get(keyOf(value)) ?? NO_IDS;
  }

  put(record: SObjectRecord): Undo {
    const before = this.records.get(record.Id);
    if (before) this.removeFromIndexes(before);
    this.records.put(record.Id, record);
    this.addToIndexes(record);
    return () => (before ? this.put(before) : this.remove(record.Id));
  }

  /** Moves a record to the bin. */
  delete(record: SObjectRecord, deleted: SObjectRecord): Undo {
    this.remove(record.Id);
    this.bin.put(record.Id, deleted);
    return () => {
      this.bin.delete(record.Id);
      this.put(record);
    };
  }

  private remove(id: string): void {
    const record = this.records.get(id);
    if (record) this.removeFromIndexes(record);
    this.records.delete(id);
  }

  private addToIndexes(record: SObjectRecord): void {
    for (const [field, index] of this.indexes) {
      const value = record[field] ?? null;
      if (value === null) continue;
      const key = keyOf(value);
      const ids = index.get(key);
      if (ids) ids.add(record.Id);
      else index.set(key, new Set([record.Id]));
    }
  }

  private removeFromIndexes(record: SObjectRecord): void {
    for (const [field, index] of this.indexes) {
      const value = record[field] ?? null;
      if (value === null) continue;
      const ids = index.get(keyOf(value));
      ids?.delete(record.Id);
      if (ids?.size === 0) index.delete(keyOf(value));
    }
  }
}

function keyOf(value: Value): string {
  return String(value).toLowerCase();
}
