// The returns of system/warehouse: telling a warehouse what comes back, with a label of its carrier; what it then says
// arrives as facts.
import { Choice, Integer, Many, One, Shape, Text } from '../field.js';
import { WriteOutcome } from '../canonical/outcome.js';
import { Address } from '../canonical/party.js';
import { operation } from '../operation.js';
import { problems } from '../problem.js';

@Shape('Units that are expected back.')
export class ExpectedLine {
  @Text({ doc: 'Line of the order.', max: 60, example: '1' }) lineId: string;
  @Text({ doc: 'SKU.', max: 40, example: 'SKU-0001' }) sku: string;
  @Integer({ doc: 'Units.', min: 1, max: 100_000, example: 1 }) quantity: number;
}

@Shape('A parcel that is expected back.')
export class NewReturnParcel {
  @Text({ doc: 'Return id.', max: 60, example: 'ret_0197c0de00007000800000000000000a' }) returnId: string;
  @Text({ doc: 'Return number on the label.', max: 20, example: 'RMA-7K3M9QX2' }) returnNumber: string;
  @Text({ doc: 'Location that takes it back.', max: 40, example: 'WH-EU' }) locationId: string;
  @Choice(['mail', 'pickup'], { doc: 'Dropped off by the customer, or fetched.', example: 'mail' }) method: string;
  @Many(() => ExpectedLine, { doc: 'Lines.', min: 1 }) lines: ExpectedLine[];
  @One(() => Address, { doc: 'Who sends it.', optional: true }) sender?: Address;
}

@Shape('A parcel that is expected back, with its label.')
export class ReturnParcel {
  @Text({ doc: 'Return id.', max: 60 }) returnId: string;
  @Text({ doc: 'Id at the warehouse.', max: 60 }) reference: string;
  @Text({ doc: 'State at the warehouse.', max: 40 }) state: string;
  @Text({ doc: 'Carrier.', max: 60 }) carrier: string;
  @Text({ doc: 'Tracking number.', max: 60 }) trackingNumber: string;
  @Text({ doc: 'Where the parcel can be followed.', optional: true, max: 500 }) trackingUrl?: string;
  @Text({ doc: 'Media type of the label.', max: 60 }) mediaType: string;
  @Text({ doc: 'Label, base64.', max: 20_000 }) data: string;
}

@Shape('Which return parcel.')
export class ReturnParcelId {
  @Text({ doc: 'Return id.', max: 60, example: 'ret_0197c0de00007000800000000000000a' }) returnId: string;
}

/** Operations of system/warehouse for returns. */
export const returnParcelOperations = {
  announceReturn: operation({
    method: 'POST', path: '/return-parcels', summary: 'Announce a return to its warehouse, once per return',
    body: NewReturnParcel, answer: WriteOutcome, status: 200, scope: 'warehouse:write', rate: 'status',
    idempotency: 'natural', problems: [problems.vendorUnavailable],
  }),
  getReturnParcel: operation({
    method: 'GET', path: '/return-parcels/{returnId}', summary: 'Read an announced return with its label',
    params: ReturnParcelId, answer: ReturnParcel, scope: 'warehouse:read', rate: 'read', idempotency: 'safe',
    problems: [problems.notFound, problems.vendorUnavailable],
  }),
};
