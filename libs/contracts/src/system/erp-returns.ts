// The returns of system/erp: customer returns of the ERP (RMA), found by our own reference before one is created twice.
import { Choice, Integer, Many, One, Shape, Text } from '../field.js';
import { Money } from '../canonical/money.js';
import { WriteOutcome } from '../canonical/outcome.js';
import { Freshness } from '../canonical/party.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

const REFERENCE = 'ret_0197c0de00007000800000000000000a';

@Shape('One item of a customer return.')
export class CustomerReturnItem {
  @Text({ doc: 'Line of the order.', max: 60, example: '1' }) lineId: string;
  @Text({ doc: 'SKU (material).', max: 40, example: 'SKU-0001' }) sku: string;
  @Integer({ doc: 'Quantity.', min: 1, max: 100_000, example: 1 }) quantity: number;
  @Text({ doc: 'Why it comes back.', max: 60, example: 'unwanted' }) reason: string;
  @One(() => Money, { doc: 'Expected refund of the item.' }) refund: Money;
  @Text({ doc: 'Location that takes it back (plant).', optional: true, max: 40, example: 'WH-EU' }) locationId?: string;
}

@Shape('A customer return to be created.')
export class NewCustomerReturn {
  @Text({ doc: 'Our return id: the reference it is found by.', max: 60, example: REFERENCE }) reference: string;
  @Text({ doc: 'Return number for people.', max: 20, example: 'RMA-7K3M9QX2' }) returnNumber: string;
  @Text({ doc: 'Sales order of the ERP it refers to.', optional: true, max: 40, example: '1' }) salesOrder?: string;
  @Text({ doc: 'Customer id; absent for a guest.', optional: true, max: 60, example: 'CUS-0001' }) customerId?: string;
  @Text({ doc: 'ISO 4217 code.', min: 3, max: 3, example: 'EUR' }) currency: string;
  @Many(() => CustomerReturnItem, { doc: 'Items.', min: 1 }) items: CustomerReturnItem[];
}

@Shape('A customer return of the ERP.')
export class CustomerReturn {
  @Text({ doc: 'Number in the ERP.', max: 40, example: '60000001' }) number: string;
  @Text({ doc: 'Our return id.', max: 60 }) reference: string;
  @Choice(['inApproval', 'released', 'rejected'], { doc: 'Approval.' }) approval: string;
  @Text({ doc: 'Processing status as the ERP words it.', max: 100 }) status: string;
  @One(() => Freshness, { doc: 'Age.' }) freshness: Freshness;
}

@Shape('Which customer return.')
export class CustomerReturnReference {
  @Text({ doc: 'Our return id.', max: 60, example: REFERENCE }) reference: string;
}

const write = { method: 'POST', status: 200, scope: 'erp:write', rate: 'status', idempotency: 'natural' } as const;

/** Operations of system/erp for returns. */
export const customerReturnOperations = {
  createCustomerReturn: operation({
    ...write, path: '/customer-returns', summary: 'Create and release a customer return, once per reference',
    body: NewCustomerReturn, answer: WriteOutcome, problems: [problems.vendorUnavailable],
    description: 'Looks the reference up first. 503 means: surely not written; what waits for approval is released.',
  }),
  getCustomerReturn: operation({
    method: 'GET', path: '/customer-returns/{reference}', summary: 'Find a customer return by our reference',
    params: CustomerReturnReference, answer: CustomerReturn, scope: 'erp:read', rate: 'read', idempotency: 'safe',
    problems: [problems.notFound, problems.vendorUnavailable],
  }),
  rejectCustomerReturn: operation({
    ...write, path: '/customer-returns/{reference}/reject', summary: 'Reject a customer return',
    params: CustomerReturnReference, answer: WriteOutcome, problems: [problems.vendorUnavailable],
    description: 'Only while it waits for approval; without such a return the outcome is rejected.',
  }),
};
