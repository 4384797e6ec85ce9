// Sales orders in SAP S/4HANA. SAP takes any number of orders with one customer reference, so that "once per reference"
// is kept here: look up before create, and of several keep the lowest number and reject the others.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Problem, problems, type CallContext, type ErpCapabilities, type NewSalesOrder, type SalesOrder, type WriteOutcome,
} from '#contracts';
import type { JourneyRecorder } from '#events';
import { VendorLine, VendorUnreached, type LineSettings, type Reported } from '../../../vendor-line.js';
import { SapGateway, type SapAccess, type SapAnswer } from './sap-gateway.connector.js';
import {
  fromSapSalesOrder, toRejectionReason, toSapReference, toSapSalesOrder,
} from './sap-sales-order.mapping.js';
import {
  quoteLiteral, readMessages, SALES_ORDER_SERVICE as SERVICE, type ODataEntity, type SapSalesOrder,
  type SapSalesOrderItem,
} from './sap-sales-order.wire.js';

const CALL_TIMEOUT_MS = 8_000;
/** The queue asks with one order at a time while SAP is down: it may be asked more often than others. */
const LAST_PROBE_MS = 5_000;
const ORDERS_PER_REFERENCE_MAX = 20;
const CHANGE_ATTEMPTS = 4;
const LOCK_PAUSE_MS = 150;
const LOCKED_RETRY_AFTER_SECONDS = 5;
/** "Sales document … is currently being processed by user …": a 400 that passes. */
const LOCKED_BY_USER = 'V1/042';
const ORDER_FIELDS: readonly (keyof SapSalesOrder)[] = [
  'SalesOrder', 'PurchaseOrderByCustomer', 'OverallSDProcessStatus', 'OverallSDDocumentRejectionSts',
  'LastChangeDateTime',
];

export class SapErp {
  readonly capabilities: ErpCapabilities = { connector: 'sap', rejectSalesOrder: true, findByReference: true };
  readonly line: VendorLine;
  readonly gateway: SapGateway;
  private readonly creating = new Map<string, Promise<WriteOutcome>>();

  /** @param options limits that differ from a productive SAP's, e.g. in tests */
  constructor(
    access: SapAccess, journey: JourneyRecorder, options: LineSettings = {},
  ) {
    this.line = new VendorLine({
      vendor: 'sap', journey, callTimeoutMs: CALL_TIMEOUT_MS, lastProbeMs: LAST_PROBE_MS, ...options,
    });
    this.gateway = new SapGateway(access, SERVICE, this.line);
  }

  /** Creates the sales order unless one has its reference; calls for one reference at the same time share one write. */
  create(order: NewSalesOrder, call: CallContext): Promise<WriteOutcome> {
    const running = this.creating.get(order.reference);
    if (running) return running;
    const creation = this.line.write(call, 'createSalesOrder', lookUpText(order.reference),
      () => this.createOnce(order, call)).finally(() => this.creating.delete(order.reference));
    this.creating.set(order.reference, creation);
    return creation;
  }

  /** @throws Problem not-found, vendor-unavailable */
  async find(reference: string, call: CallContext): Promise<SalesOrder> {
    const startedAt = Date.now();
    try {
      const [order] = await this.list(reference, call.deadline);
      this.line.report(call, { name: 'findSalesOrder', startedAt, outcome: order ? 'found' : 'notFound',
        detail: { reference: toSapReference(reference), vendorReference: order?.SalesOrder } });
      if (!order) throw new Problem(problems.notFound, { detail: `${noSuchOrder(reference)}.` });
      return fromSapSalesOrder(order, reference, new Date());
    } catch (error) {
      if (error instanceof Problem) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      this.line.report(call, { name: 'findSalesOrder', startedAt, outcome: 'unavailable', reason });
      throw this.line.problem(error);
    }
  }

  /** Rejects every item of every sales order with this reference; those rejected already stay as they are. */
  reject(reference: string, reason: string, call: CallContext): Promise<WriteOutcome> {
    return this.line.write(call, 'rejectSalesOrder', lookUpText(reference), async () => {
      const orders = await this.list(reference, call.deadline);
      const [kept] = orders;
      if (!kept) return { outcome: 'rejected', reason: noSuchOrder(reference) };
      const open = orders.filter((order) => !isRejected(order));
      for (const order of open) {
        const refused = await this.rejectItems(order.SalesOrder, toRejectionReason(reason), call.deadline);
        if (refused) return refused;
      }
      const done = open.length === 0 ? { found: true } : {};
      return { outcome: 'applied', reference: kept.SalesOrder, ...done, detail: { reason } };
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.gateway.close();
  }

  private async createOnce(order: NewSalesOrder, call: CallContext): Promise<Reported> {
    // Only a caller that says "surely not" spares the look-up: silence about it may come from a client that retries.
    const lookUp = call.mayHaveRun !== false;
    const found = lookUp ? await this.keepOne(order.reference, call) : undefined;
    if (found) return { outcome: 'applied', reference: found, found: true };
    const body = JSON.stringify(toSapSalesOrder(order));
    const detail = {
      reference: toSapReference(order.reference), payloadHash: createHash('sha256').update(body).digest('hex'),
    };
    const answer = await this.gateway.write('createSalesOrder',
      { method: 'POST', path: `${SERVICE}/A_SalesOrder`, body }, call.deadline);
    if (answer.status !== 201) return { ...refusal(answer), detail };
    const { SalesOrder: number } = (answer.body as ODataEntity<SapSalesOrder>).d;
    // An attempt from before may have arrived between our look-up and our write.
    const kept = lookUp ? await this.keepOne(order.reference, call).catch(() => undefined) : undefined;
    return { outcome: 'applied', reference: kept ?? number, detail: { ...detail, warning: answer.warning } };
  }

  /** Number of the sales order that counts for a reference, after rejecting its duplicates; undefined without one. */
  private async keepOne(reference: string, call: CallContext): Promise<string | undefined> {
    const [kept, ...duplicates] = await this.list(reference, call.deadline);
    for (const duplicate of duplicates.filter((order) => !isRejected(order))) {
      const startedAt = Date.now();
      const refused = await this.rejectItems(duplicate.SalesOrder, toRejectionReason('duplicate'), call.deadline);
      this.line.report(call, {
        name: 'rejectDuplicateSalesOrder', startedAt, outcome: refused?.outcome ?? 'applied',
        reason: refused?.reason ?? `${kept!.SalesOrder} came first`, detail: { vendorReference: duplicate.SalesOrder },
      });
    }
    return kept?.SalesOrder;
  }

  /** All sales orders with a reference, the lowest number first. */
  private async list(reference: string, deadline: number): Promise<SapSalesOrder[]> {
    const orders = await this.gateway.feed<SapSalesOrder>('findSalesOrder', 'A_SalesOrder', {
      $filter: `PurchaseOrderByCustomer eq ${quoteLiteral(toSapReference(reference))}`,
      $select: ORDER_FIELDS.join(','), $top: String(ORDERS_PER_REFERENCE_MAX), $orderby: 'SalesOrder asc',
    }, deadline);
    return orders.sort((left, right) => Number(left.SalesOrder) - Number(right.SalesOrder));
  }

  /** Rejects the open items one after the other: a sales document has one lock. Undefined when all went well. */
  private async rejectItems(number: string, reason: string, deadline: number): Promise<Reported | undefined> {
    const items = await this.gateway.feed<SapSalesOrderItem>('readItems',
      `A_SalesOrder(${quoteLiteral(number)})/to_Item`,
      { $select: 'SalesOrder,SalesOrderItem,SalesDocumentRjcnReason' }, deadline);
    for (const item of items.filter(({ SalesDocumentRjcnReason }) => SalesDocumentRjcnReason === '')) {
      const refused = await this.rejectItem(item, reason, deadline);
      if (refused) return refused;
    }
    return undefined;
  }

  private async rejectItem(item: SapSalesOrderItem, reason: string, deadline: number): Promise<Reported | undefined> {
    const key = `SalesOrder=${quoteLiteral(item.SalesOrder)},SalesOrderItem=${quoteLiteral(item.SalesOrderItem)}`;
    const path = `A_SalesOrderItem(${key})`;
    for (let attempt = 1; attempt <= CHANGE_ATTEMPTS; attempt++) {
      // Read each time: a change of the item before, or of an earlier attempt, has moved the ETag.
      const current = (await this.gateway.ask<ODataEntity<SapSalesOrderItem>>('readItem', path, deadline)).d;
      if (current.SalesDocumentRjcnReason !== '') return undefined;
      const answer = await this.gateway.write('rejectItem', {
        method: 'PATCH', path: `${SERVICE}/${path}`, body: JSON.stringify({ SalesDocumentRjcnReason: reason }),
        etag: current.__metadata.etag ?? '*',
      }, deadline);
      if (answer.status < 300) return undefined;
      const locked = readMessages(answer.status, answer.body).code === LOCKED_BY_USER;
      if (!locked && answer.status !== 412) return refusal(answer);
      if (locked) await sleep(LOCK_PAUSE_MS * attempt * (0.5 + Math.random()));
    }
    throw new VendorUnreached(
      `sales order ${item.SalesOrder} is being changed by somebody else`, false, LOCKED_RETRY_AFTER_SECONDS);
  }
}

function refusal(answer: SapAnswer): Reported {
  return { outcome: 'rejected', reason: readMessages(answer.status, answer.body).text };
}

function isRejected(order: SapSalesOrder): boolean {
  return order.OverallSDDocumentRejectionSts === 'C';
}

function noSuchOrder(reference: string): string {
  return `SAP has no sales order with reference ${reference}`;
}

function lookUpText(reference: string): string {
  return `GET ${SERVICE}/A_SalesOrder?$filter=PurchaseOrderByCustomer eq '${toSapReference(reference)}'`;
}
