/*
 * Change Data Capture: what happens to records of the selected objects is kept for subscribers, with the fields that
 * changed and who changed them. A change that is rolled back leaves no event.
 */
import { randomUUID } from 'node:crypto';
import type { Collection, Store } from '../store.js';
import type { SObjectRecord, Value } from './record.js';
import type { SObjectType } from './schema.js';
import type { Undo } from './table.js';

/** Objects selected for Change Data Capture in this org. */
const SELECTED: ReadonlySet<string> = new Set(['Account', 'Case']);
const KEPT_EVENTS = 20_000;
const NOT_TOLD = new Set(['IsDeleted', 'SystemModstamp']);
const STAMPS = new Set(['LastModifiedDate', 'LastModifiedById']);
/** Replay ids are opaque and not contiguous; nobody may count with them. */
const REPLAY_STEP = 3;

export type ChangeType = 'CREATE' | 'UPDATE' | 'DELETE';

export interface ChangeEvent {
  replayId: number;
  entity: string;
  schema: string;
  payload: Record<string, unknown>;
}

export class ChangeEvents {
  readonly events: Collection<ChangeEvent>;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly store: Store) {
    this.events = store.collection<ChangeEvent>('ChangeEvent');
  }

  /** Keeps what a write has changed; `origin` is empty unless an API client did it. */
  capture(
    type: SObjectType, changeType: ChangeType, before: SObjectRecord | undefined, record: SObjectRecord,
    by: { readonly userId: string; readonly origin: string; readonly at: Date },
  ): Undo | undefined {
    if (!SELECTED.has(type.name)) return undefined;
    const changed = changedFields(before, record);
    const replayId = this.store.next('ChangeEvent') * REPLAY_STEP;
    const header = {
      entityName: type.name, recordIds: [record.Id], changeType, changeOrigin: by.origin,
      transactionKey: randomUUID(), sequenceNumber: 1, commitTimestamp: by.at.getTime(),
      commitNumber: by.at.getTime() * 1_000 + (replayId % 1_000), commitUser: by.userId,
      changedFields: changeType === 'UPDATE' ? changed : [], nulledFields: [], diffFields: [],
    };
    const fields = changeType === 'DELETE' ? [] : changed;
    this.events.put(String(replayId), {
      replayId, entity: type.name, schema: `${type.name}ChangeEvent-1`,
      payload: { ChangeEventHeader: header, ...Object.fromEntries(fields.map((name) => [name, record[name] ?? null])) },
    });
    this.events.delete(String(replayId - KEPT_EVENTS * REPLAY_STEP));
    setImmediate(() => this.tell());
    return () => this.events.delete(String(replayId));
  }

  /** Events after a replay id; -2 stands for all that are kept. */
  after(replayId: number, matches: (entity: string) => boolean, limit: number): ChangeEvent[] {
    const found: ChangeEvent[] = [];
    for (const event of this.events.values()) {
      if (event.replayId <= replayId || !matches(event.entity)) continue;
      found.push(event);
      if (found.length >= limit) break;
    }
    return found;
  }

  get newest(): number {
    let newest = 0;
    for (const { replayId } of this.events.values()) newest = replayId;
    return newest;
  }

  /** Calls back when there may be something new; returns what ends that. */
  onNew(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

function changedFields(before: SObjectRecord | undefined, record: SObjectRecord): string[] {
  const same = (name: string, value: Value): boolean => (before?.[name] ?? null) === value;
  const names = Object.keys(record).filter((name) =>
    name !== 'Id' && !NOT_TOLD.has(name) && !same(name, record[name] ?? null));
  return [...names.filter((name) => !STAMPS.has(name)), ...names.filter((name) => STAMPS.has(name))];
}
