// The repairs: each kind that can be mended has one operation of the system whose side is wrong, the same that ordinary
// work goes through, so that a repair is looked up, recorded and bounded like any other write.
import { Problem, problems, serviceContext, type CallContext, type WriteOutcome } from '#contracts';
import { NonRetryable, RetryLater, type StepAttempt } from '#workflow';
import { toCrmOrder } from '../crm-order.mapping.js';
import {
  ACCEPT_ACTION, REPAIR_ACTION, type MendClients, type MendDifferenceInput,
} from './mend-difference.contract.js';

const STEP_DEADLINE_MS = 20_000;
const LATER = [problems.vendorUnavailable, problems.overloaded, problems.quotaExceeded, problems.deadlineExceeded];

type Repair = (clients: MendClients, input: MendDifferenceInput, call: CallContext) => Promise<WriteOutcome | object>;

const createInErp: Repair = async ({ erp, orders }, { key }, call) => {
  const order = await orders.getOrder({ params: { orderId: key } }, call);
  const { customerId } = order.customer;
  return erp.createSalesOrder({ body: {
    reference: order.id, orderNumber: order.orderNumber, currency: order.currency, orderedAt: order.placedAt,
    ...(customerId ? { customerId } : {}),
    items: order.lines.map(({ lineId, sku, quantity, total, fulfilment: { locationId } }) =>
      ({ lineId, sku, quantity, total, ...(locationId ? { locationId } : {}) })),
  } }, { ...call, mayHaveRun: true });
};

const rejectInErp: Repair = ({ erp }, { orderId, key }, call) =>
  erp.rejectSalesOrder({ params: { reference: orderId ?? key }, body: { reason: 'reconciliation' } }, call);

const writeToSalesforce: Repair = async ({ crm, orders }, { key }, call) =>
  crm.upsertOrder({ body: toCrmOrder(await orders.getOrder({ params: { orderId: key } }, call)) }, call);

const repairs: Readonly<Record<string, Repair>> = {
  missingInErp: createInErp,
  duplicateInErp: createInErp,
  aliveInErpCancelledHere: rejectInErp,
  orphanInErp: rejectInErp,
  missingInSalesforce: writeToSalesforce,
  staleInSalesforce: writeToSalesforce,
  amountDiffersInSalesforce: writeToSalesforce,
  heldAfterTheEnd: ({ finance }, { key }, call) =>
    finance.voidPayment({ params: { orderId: key }, body: { reason: 'reconciliation: the order has ended' } }, call),
  reservedWithoutOrder: ({ inventory }, { key }, call) => inventory.releaseReservation(
    { params: { reservationId: key }, body: { reason: 'reconciliation: its order has ended' } }, call),
  warehouseStockDiffers: ({ inventory }, { differenceId, ours, theirs }, call) => inventory.adjustStock({ body: {
    fact: `reconciliation:${differenceId}`, sku: String(ours['sku']), locationId: String(ours['locationId']),
    reason: Number(theirs['difference']) > 0 ? 'countUp' : 'countDown',
    quantity: Math.abs(Number(theirs['difference'])),
  } }, call),
};

/** What a person may decide about a difference. */
export function decisionsOf(kind: string): string[] {
  return kind in repairs ? [REPAIR_ACTION, ACCEPT_ACTION] : [ACCEPT_ACTION];
}

/** @throws RetryLater when it is not known or not possible now, NonRetryable when the answer is no */
export async function repair(
  clients: MendClients, input: MendDifferenceInput, attempt: StepAttempt,
): Promise<string> {
  const work = repairs[input.kind];
  if (!work) throw new NonRetryable(`Nothing repairs ${input.kind}`, { reason: 'notRepairable' });
  const call = serviceContext('process/reconciliation', {
    deadline: Date.now() + STEP_DEADLINE_MS, subject: input.orderId ?? input.differenceId, requestId: attempt.key,
    idempotencyKey: attempt.key, mayHaveRun: true,
  });
  try {
    return settled(await work(clients, input, call));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if ((LATER as readonly unknown[]).includes(error.type)) {
      const wait = error.details.retryAfterSeconds;
      throw new RetryLater(error.details.detail, wait === undefined ? undefined : wait * 1_000);
    }
    if (error.type.status >= 500) throw error;
    throw new NonRetryable(error.details.detail, { reason: error.type.slug, cause: error });
  }
}

function settled(outcome: WriteOutcome | object): string {
  if (!('outcome' in outcome)) return 'applied';
  const { outcome: what, reason, lookUp, reference } = outcome as WriteOutcome;
  if (what === 'rejected') throw new NonRetryable(reason ?? 'It was rejected.', { reason: 'rejected' });
  if (what === 'uncertain') throw new RetryLater(`Not known whether it was applied: ${lookUp ?? 'look it up'}`);
  return reference ?? 'applied';
}
