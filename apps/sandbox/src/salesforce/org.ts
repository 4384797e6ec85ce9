/*
 * The data side of the sandbox org: records are created, changed and deleted here under Salesforce's rules. Every
 * call runs to its end before the next one starts, so that races on one external id are serialised.
 */
import type { VendorWorld } from '../vendor.js';
import { ChangeEvents } from './change-events.js';
import { invalid, notFound, SalesforceError } from './errors.js';
import { completeRecord, readInput, type FindByExternalId, type Input } from './input.js';
import { makeId, salesforceTime, type SObjectRecord, type Value } from './record.js';
import { BEFORE_SAVE, COMPUTED } from './rules.js';
import { lockedBy, RowLocks } from './row-locks.js';
import { allTypes, childrenOf, findField, findType, type Field, type SObjectType } from './schema.js';
import { Table, type Undo } from './table.js';

const ORG_ID = makeId('00D', 1);
const USER_ID = makeId('005', 1);

export class Org {
  readonly id = ORG_ID;
  /** The integration user, in whose name everything is done. */
  readonly userId = USER_ID;
  readonly changes: ChangeEvents;
  readonly locks = new RowLocks();
  /** How change events say where the call that runs comes from. */
  origin = '';
  private readonly tables: ReadonlyMap<string, Table>;
  private undos: Undo[] | undefined;

  constructor(private readonly world: VendorWorld) {
    const stored = allTypes().filter((type) => !type.event);
    this.changes = new ChangeEvents(world.store);
    this.tables = new Map(stored.map((type) => [type.name, new Table(type, world.store)]));
  }

  now(): Date {
    return this.world.now();
  }

  /** The object of this name. @throws NOT_FOUND */
  type(name: string): SObjectType {
    const type = findType(name);
    if (type) return type;
    throw notFound();
  }

  table(type: SObjectType): Table {
    const table = this.tables.get(type.name);
    if (table) return table;
    throw invalid('INVALID_TYPE_FOR_OPERATION', `entity type ${type.name} does not support this operation`);
  }

  /** Must be called after the store was emptied. */
  forget(): void {
    for (const table of this.tables.values()) table.index();
  }

  get(typeName: string, id: string): SObjectRecord | undefined {
    return this.tables.get(typeName)?.records.get(id);
  }

  /** The record of this id. @throws ENTITY_IS_DELETED, NOT_FOUND */
  require(type: SObjectType, id: string): SObjectRecord {
    const table = this.table(type);
    const record = table.records.get(id);
    if (record) return record;
    if (table.bin.has(id)) throw new SalesforceError(404, 'ENTITY_IS_DELETED', 'entity is deleted', []);
    throw notFound('The requested resource does not exist');
  }

  /** The children of a record, by the child's reference field. */
  children(childType: string, referenceField: string, parentId: string): SObjectRecord[] {
    const table = this.tables.get(childType)!;
    return [...table.find(referenceField, parentId)].map((id) => table.records.get(id)!);
  }

  /** One field of a record, computed where Salesforce computes it. */
  value(type: SObjectType, record: SObjectRecord, fieldName: string): Value {
    const compute = COMPUTED[type.name]?.[fieldName];
    return compute ? compute(this, record) : (record[fieldName] ?? null);
  }

  /** All fields of a record, in the order of the schema, as the API shows them. */
  view(type: SObjectType, record: SObjectRecord): Record<string, Value> {
    return Object.fromEntries([...type.fields.values()].map(({ name }) => [name, this.value(type, record, name)]));
  }

  create(type: SObjectType, input: Input): string {
    this.refuseReadOnly(type);
    const given = readInput(type, input, true, this.findByExternalId);
    const parents = parentsOf(type, given);
    const [parent] = parents;
    if (parent !== undefined) this.refuseLocked(parent, parents);
    const owner: Record<string, Value> = type.fields.has('ownerid') ? { OwnerId: USER_ID } : {};
    const id = makeId(type.keyPrefix, this.world.store.next(type.name));
    return this.save(type, { ...owner, ...given, Id: id }, undefined).Id;
  }

  update(type: SObjectType, id: string, input: Input): void {
    this.refuseReadOnly(type);
    const before = this.require(type, id);
    this.refuseLocked(id, [id, ...parentsOf(type, before)]);
    this.save(type, readInput(type, input, false, this.findByExternalId), before);
  }

  /**
   * Creates or changes the record with this external id.
   * @throws MultipleChoices when the external id is not unique
   */
  upsert(type: SObjectType, field: Field, value: Value, input: Input): { id: string; created: boolean } {
    if (value === null || value === '') throw invalid('MISSING_ARGUMENT', `${field.name} not specified`, [field.name]);
    const ids = [...this.table(type).find(field.name, value)];
    if (ids.length > 1) throw new MultipleChoices(ids);
    const [id] = ids;
    if (id === undefined) return { id: this.create(type, { ...input, [field.name]: value }), created: true };
    this.update(type, id, input);
    return { id, created: false };
  }

  delete(type: SObjectType, id: string): void {
    this.refuseReadOnly(type);
    const record = this.require(type, id);
    this.refuseLocked(id, [id, ...parentsOf(type, record)]);
    this.atomically(() => {
      for (const { childType, field } of childrenOf(type)) {
        for (const child of this.children(childType.name, field.name, id)) this.orphan(childType, field, child, type);
      }
      const deleted = { ...record, IsDeleted: true, SystemModstamp: salesforceTime(this.now()) };
      this.undos!.push(this.table(type).delete(record, deleted));
      this.capture(type, 'DELETE', record, deleted);
    });
  }

  /** Runs work of which, when it throws, nothing remains. May be nested. */
  atomically<T>(work: () => T): T {
    const outer = this.undos;
    const undos: Undo[] = (this.undos = []);
    try {
      const result = work();
      outer?.push(...undos);
      return result;
    } catch (error) {
      for (const undo of undos.reverse()) undo();
      throw error;
    } finally {
      this.undos = outer;
    }
  }

  /** The id of the one record with this external id. @throws INVALID_FIELD in the wording of a foreign key */
  readonly findByExternalId: FindByExternalId = (typeName, fieldName, value) => {
    const type = findType(typeName)!;
    const field = findField(type, fieldName);
    if (!field?.externalId) {
      const message = `Field name provided, ${fieldName} is not an External ID or indexed field for ${typeName}`;
      throw invalid('INVALID_FIELD', message);
    }
    const [id] = this.table(type).find(field.name, value as Value);
    if (id) return id;
    const message = `Foreign key external ID: ${String(value)} not found for field ${field.name} in entity ${typeName}`;
    throw invalid('INVALID_FIELD', message);
  };

  private save(type: SObjectType, given: SObjectRecord, before: SObjectRecord | undefined): SObjectRecord {
    const exists = (typeName: string, id: string): boolean => this.get(typeName, id) !== undefined;
    const complete = completeRecord(type, given, before, exists);
    const checked = { ...complete, ...BEFORE_SAVE[type.name]?.(this, complete, before) } as SObjectRecord;
    this.refuseDuplicate(type, checked);
    const record = { ...checked, ...this.numbers(type, before), ...this.stamps(before) };
    const undo = this.table(type).put(record);
    this.undos?.push(undo);
    this.capture(type, before ? 'UPDATE' : 'CREATE', before, record);
    return record;
  }

  private capture(
    type: SObjectType, change: 'CREATE' | 'UPDATE' | 'DELETE', before: SObjectRecord | undefined, record: SObjectRecord,
  ): void {
    const by = { userId: USER_ID, origin: this.origin, at: this.now() };
    const undo = this.changes.capture(type, change, before, record, by);
    if (undo) this.undos?.push(undo);
  }

  private stamps(before: SObjectRecord | undefined): Record<string, Value> {
    const at = salesforceTime(this.now());
    const changed = { LastModifiedDate: at, LastModifiedById: USER_ID, SystemModstamp: at };
    return before ? changed : { IsDeleted: false, CreatedDate: at, CreatedById: USER_ID, ...changed };
  }

  private numbers(type: SObjectType, before: SObjectRecord | undefined): Record<string, Value> {
    if (before) return {};
    const numbered = [...type.fields.values()].filter((field) => field.autoNumber);
    return Object.fromEntries(numbered.map(({ name, autoNumber }) => {
      const next = this.world.store.next(`${type.name}.${name}`, autoNumber!.first);
      return [name, String(next).padStart(autoNumber!.digits, '0')];
    }));
  }

  private refuseDuplicate(type: SObjectType, record: SObjectRecord): void {
    for (const field of type.fields.values()) {
      if (!field.unique || (record[field.name] ?? null) === null) continue;
      const [other] = this.table(type).find(field.name, record[field.name]!);
      if (other === undefined || other === record.Id) continue;
      const message = `duplicate value found: ${field.name} duplicates value on record with id: ${other}`;
      throw invalid('DUPLICATE_VALUE', message, []);
    }
  }

  /** A write locks its record and the parents; a create the parents of the new record. */
  private refuseLocked(id: string, locked: readonly string[]): void {
    if (this.world.faults.hits('rowLock')) throw lockedBy(id);
    this.locks.take(locked);
  }

  private refuseReadOnly(type: SObjectType): void {
    if (!type.readOnly) return;
    const message = `entity type ${type.name} cannot be written through the API in this org`;
    throw invalid('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message);
  }

  private orphan(childType: SObjectType, field: Field, child: SObjectRecord, parentType: SObjectType): void {
    if (field.cascadeDelete) return this.delete(childType, child.Id);
    if (field.required) {
      const message = `Your attempt to delete this ${parentType.name} could not be completed because it is ` +
        `associated with the following ${childType.labelPlural.toLowerCase()}: ${child.Id}`;
      throw invalid('DELETE_FAILED', message, []);
    }
    this.undos!.push(this.table(childType).put({ ...child, [field.name]: null }));
    return undefined;
  }
}

/** Records a record is listed under; users and price books are not locked by what refers to them. */
function parentsOf(type: SObjectType, record: SObjectRecord): string[] {
  return [...type.fields.values()]
    .filter(({ name, referenceTo, childRelationshipName }) => referenceTo && childRelationshipName && record[name])
    .map(({ name }) => record[name] as string);
}

/** An external id that several records share; the REST API answers 300 with their addresses. */
export class MultipleChoices extends Error {
  constructor(readonly ids: readonly string[]) {
    super('The external id matches more than one record');
  }
}
