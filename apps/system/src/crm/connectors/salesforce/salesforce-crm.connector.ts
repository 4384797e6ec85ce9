// The customer system as our API sees it, spoken to Salesforce: each kind of record has its lane, each operation its
// outcome. Every write is an upsert or an event under our id, so that an uncertain one may simply be sent again.
import type {
  CallContext, CrmEvent, CrmOrder, CrmOrderFiguresPage, Customer, FigureQuery, UpsertCase, WriteOutcome,
} from '#contracts';
import type { Database } from '#database';
import type { JourneyRecorder } from '#events';
import { VendorLine, type LineSettings, type Reported } from '../../../vendor-line.js';
import { OrderVersionGuard, type OrderNotes } from '../../order-version.guard.js';
import { SalesforceChanges } from './salesforce-changes.connector.js';
import { SalesforceCollection, type Written } from './salesforce-collection.connector.js';
import { SalesforceCustomers } from './salesforce-customers.connector.js';
import { listOrderFigures } from './salesforce-figures.connector.js';
import { Lane, type PaceKeeper } from './salesforce-lane.connector.js';
import { SalesforceOrders } from './salesforce-orders.connector.js';
import { SalesforceOrg, type OrgOptions, type SalesforceAccess } from './salesforce-org.connector.js';
import { ParentGate } from './parent-gate.connector.js';
import { parentsOfCase, parentsOfOrder, toCase, toCaseLinks, toOrderEvent } from './salesforce-record.mapping.js';
import { EXTERNAL_ID, RECORDS_MAX, type RowResult } from './salesforce-record.wire.js';

const CALL_TIMEOUT_MS = 8_000;

/** Limits that differ from a productive org's, e.g. in tests, beside those of the org. */
export interface SalesforceOptions extends OrgOptions, LineSettings {
  readonly freshMs?: number;
  readonly pace?: PaceKeeper;
}

type Outcomes = Promise<(Reported | Error)[]>;

export class SalesforceCrm {
  /** What agents change in the org. */
  readonly changes: SalesforceChanges;
  private readonly line: VendorLine;
  private readonly org: SalesforceOrg;
  private readonly collection: SalesforceCollection;
  private readonly customers: SalesforceCustomers;
  private readonly orders: Lane<CrmOrder, Reported>;
  private readonly cases: Lane<UpsertCase, Reported>;
  private readonly notes: Lane<OrderNotes, Reported>;
  private readonly gate = new ParentGate();
  private readonly events: Lane<CrmEvent, Reported>;

  constructor(access: SalesforceAccess, journey: JourneyRecorder, database: Database, options: SalesforceOptions) {
    this.line = new VendorLine({ vendor: 'salesforce', journey, callTimeoutMs: CALL_TIMEOUT_MS, ...options });
    this.org = new SalesforceOrg(access, this.line, options);
    this.changes = new SalesforceChanges(this.org);
    this.collection = new SalesforceCollection(this.org);
    this.customers = new SalesforceCustomers(this.org, this.line, database, options);
    const orders = new SalesforceOrders(this.org, this.collection, new OrderVersionGuard(database));
    const lane = { rowsMax: RECORDS_MAX, paceMs: () => this.org.paceMs, pace: options.pace };
    this.orders = new Lane<CrmOrder, Reported>({
      ...lane, keyOf: ({ orderId }) => orderId, isNewer: (row, than) => row.version >= than.version,
      send: (rows, deadline) => this.gate.hold(rows.flatMap(parentsOfOrder), () => orders.upsert(rows, deadline)),
    });
    this.cases = new Lane<UpsertCase, Reported>({
      ...lane, keyOf: ({ id }) => id, isNewer: (row, than) => (row.version ?? 0) >= (than.version ?? 0),
      send: (rows, deadline) => this.gate.hold(rows.flatMap(parentsOfCase), () => this.sendCases(rows, deadline)),
    });
    this.notes = new Lane<OrderNotes, Reported>({
      ...lane, keyOf: ({ orderId }) => orderId, isNewer: (row, than) => row.version >= than.version,
      send: (rows, deadline) =>
        this.gate.hold(rows.map(({ orderId }) => orderId), () => orders.note(rows, deadline)),
    });
    this.events = new Lane<CrmEvent, Reported>({
      ...lane, keyOf: ({ eventId }) => eventId, send: (rows, deadline) => this.sendEvents(rows, deadline),
    });
  }

  /** @throws Problem not-found, vendor-unavailable */
  getCustomer(customerId: string, call: CallContext): Promise<Customer> {
    return this.customers.get(customerId, call);
  }

  /** An older version than one sent before is answered as applied and found, and not sent. */
  upsertOrder(order: CrmOrder, call: CallContext): Promise<WriteOutcome> {
    return this.line.write(call, 'upsertOrder', lookUpText('Order', order.orderId),
      () => this.orders.submit(order, call.deadline));
  }

  upsertCase(input: UpsertCase, call: CallContext): Promise<WriteOutcome> {
    return this.line.write(call, 'upsertCase', lookUpText('Case', input.id),
      () => this.cases.submit(input, call.deadline));
  }

  noteOrder(notes: OrderNotes, call: CallContext): Promise<WriteOutcome> {
    return this.line.write(call, 'noteOrder', lookUpText('Order', notes.orderId),
      () => this.notes.submit(notes, call.deadline));
  }

  /** Subscribers drop an event whose Throughline_Event_Id__c they have seen. */
  publishEvent(event: CrmEvent, call: CallContext): Promise<WriteOutcome> {
    const lookUp = `nothing to look up: publish ${event.eventId} again, subscribers know its id`;
    return this.line.write(call, 'publishEvent', lookUp, () => this.events.submit(event, call.deadline));
  }

  /** @throws Problem vendor-unavailable */
  async listOrderFigures(query: FigureQuery, call: CallContext): Promise<CrmOrderFiguresPage> {
    try {
      return await listOrderFigures(this.org, query, call.deadline);
    } catch (error) {
      throw this.line.problem(error);
    }
  }

  async onModuleDestroy(): Promise<void> {
    await this.org.close();
  }

  private async sendCases(cases: readonly UpsertCase[], deadline: number): Outcomes {
    // A case is worth having even before its order has reached the org: then it goes without the link.
    const now = new Date();
    const rows = cases.map((input) => {
      const second = toCase(input, now);
      return { first: { ...second, ...toCaseLinks(input) }, second };
    });
    return (await this.collection.upsert('Case', rows, isMissingParent, deadline)).map(toOutcome);
  }

  private async sendEvents(events: readonly CrmEvent[], deadline: number): Outcomes {
    const now = new Date();
    return (await this.collection.publish(events.map((event) => toOrderEvent(event, now)), deadline)).map(toOutcome);
  }
}

function toOutcome(written: Written | Error): Reported | Error {
  if (written instanceof Error) return written;
  if ('refused' in written) return { outcome: 'rejected', reason: written.refused };
  return { outcome: 'applied', reference: written.id };
}

function isMissingParent({ errors }: RowResult): boolean {
  return errors.some(({ message }) => message.startsWith('Foreign key external ID'));
}

function lookUpText(sobject: string, id: string): string {
  return `GET /sobjects/${sobject}/${EXTERNAL_ID}/${encodeURIComponent(id)}; the upsert may simply be repeated`;
}
