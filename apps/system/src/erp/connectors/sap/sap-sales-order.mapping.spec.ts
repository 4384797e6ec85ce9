// The places where our order and SAP's do not fit by themselves: reference length, price condition, plants, dates.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newId, type NewSalesOrder } from '#contracts';
import { toPlant, toSapReference, toSapSalesOrder } from './sap-sales-order.mapping.js';
import { fromODataDate, quoteLiteral, readMessages, toODataDate } from './sap-sales-order.wire.js';

const order: NewSalesOrder = {
  reference: 'R-1', orderNumber: 'TL-1', currency: 'EUR', orderedAt: '2026-11-23T09:30:00Z',
  items: [{ lineId: '1', sku: 'SKU-0001', quantity: 3, total: { amount: '19.99', currency: 'EUR' }, locationId: 'ST-007' }],
};

describe('our order in SAP', () => {
  it('has a reference of at most 35 characters that differs for different orders', () => {
    const ids = Array.from({ length: 100 }, () => newId('ord'));
    const references = ids.map(toSapReference);
    assert.ok(references.every((reference) => reference.length <= 35));
    assert.equal(new Set(references).size, ids.length);
    assert.deepEqual(references.map((text) => `${text.slice(0, 3)}_${text.slice(3)}`), ids, 'can be read back');
    assert.equal(toSapReference('short'), 'short');
    assert.equal(toSapReference('x'.repeat(60)).length, 35);
    assert.notEqual(toSapReference('x'.repeat(60)), toSapReference('x'.repeat(59)));
  });

  it('carries the line amount for the line quantity, so that SAP need not round', () => {
    const [item] = toSapSalesOrder(order).to_Item.results;
    assert.deepEqual(item!.to_PricingElement.results[0], {
      ConditionType: 'PMP0', ConditionRateValue: '19.99', ConditionCurrency: 'EUR', ConditionQuantity: '3',
    });
    const large = { ...order.items[0]!, quantity: 100_000, total: { amount: '123456.78', currency: 'EUR' } };
    const [condition] = toSapSalesOrder({ ...order, items: [large] }).to_Item.results[0]!.to_PricingElement.results;
    assert.equal(condition!.ConditionQuantity, '10000');
    assert.equal(condition!.ConditionRateValue, '12345.678');
  });

  it('names plants of four characters and leaves unknown ones to SAP', () => {
    assert.deepEqual(['WH-EU', 'ST-007', 'XX', undefined].map(toPlant), ['WHEU', 'S007', undefined, undefined]);
  });

  it('is sold to the one-time customer when there is none, on the day of the order', () => {
    const { SoldToParty, CustomerPurchaseOrderDate } = toSapSalesOrder(order);
    assert.equal(SoldToParty, 'GUEST');
    assert.equal(CustomerPurchaseOrderDate, `/Date(${Date.parse('2026-11-23T00:00:00Z')})/`);
  });
});

describe('the wire of SAP Gateway', () => {
  it('has dates with and without an offset, and none', () => {
    const at = new Date('2026-11-23T09:30:00.123Z');
    assert.deepEqual(fromODataDate(toODataDate(at)), at);
    assert.deepEqual(fromODataDate(`/Date(${at.getTime()}+0060)/`), at);
    assert.deepEqual(fromODataDate('/Date(-1)/'), new Date(-1));
    assert.equal(fromODataDate(null), undefined);
    assert.equal(fromODataDate('2026-11-23'), undefined);
  });

  it('doubles quotes in literals', () => assert.equal(quoteLiteral("O'Neill"), "'O''Neill'"));

  it('tells all messages once, without warnings, and quotes what is no error document', () => {
    const error = { code: 'V1/1', message: { value: 'First' }, innererror: { errordetails: [
      { code: 'V1/1', message: 'First', severity: 'error' }, { code: 'V1/2', message: 'Second', severity: 'error' },
      { code: 'V1/3', message: 'Beware', severity: 'warning' },
    ] } };
    assert.deepEqual(readMessages(400, { error }), { code: 'V1/1', text: 'V1/1: First; Second' });
    assert.deepEqual(readMessages(502, '<html>'), { code: 'HTTP 502', text: 'HTTP 502 <html>' });
  });
});
