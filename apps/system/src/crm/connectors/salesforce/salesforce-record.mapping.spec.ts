// The places where our words and Salesforce's differ: countries, tiers, guests, and ids that are too long.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CrmOrder } from '#contracts';
import { accountIdOf, countryCode, toGuestAccount, toLine, toProfile } from './salesforce-record.mapping.js';
import { soqlText, type SalesforceAccount } from './salesforce-record.wire.js';

const account: SalesforceAccount = {
  Id: '001', Name: 'Ada Lovelace', Throughline_Id__c: 'CUS-0001', Phone: null, Throughline_Email__c: 'ada@example.com',
  Throughline_Customer_Tier__c: 'Gold', ShippingStreet: 'Alder Street 1', ShippingCity: 'Portland', ShippingState: 'OR',
  ShippingPostalCode: '97205', ShippingCountry: 'United States', BillingStreet: null, BillingCity: null,
  BillingState: null, BillingPostalCode: null, BillingCountry: null,
};
const order: CrmOrder = {
  orderId: 'ord_0197c0de00007000800000000000000a', orderNumber: 'TL-1', placedAt: '2026-11-23T09:30:00Z',
  status: 'accepted', fulfilmentStatus: 'open', paymentStatus: 'authorised', total: { amount: '0.07', currency: 'EUR' },
  version: 1, lines: [{
    lineId: '1', sku: 'SKU-0001', quantity: 1, unitPrice: { amount: '0.07', currency: 'EUR' }, shipped: 0, cancelled: 0,
  }],
};

describe('a Salesforce account as a customer', () => {
  it('has our words for tier and country and only whole addresses', () => {
    assert.deepEqual(toProfile(account), {
      id: 'CUS-0001', name: 'Ada Lovelace', email: 'ada@example.com', tier: 'gold', recordId: '001',
      addresses: [{
        name: 'Ada Lovelace', line1: 'Alder Street 1', city: 'Portland', postalCode: '97205', country: 'US', region: 'OR',
      }],
    });
    assert.equal(toProfile({ ...account, Throughline_Customer_Tier__c: 'Silver' }).tier, 'standard');
  });

  it('knows today\'s codes of countries', () => {
    const names = ['Germany', 'japan', 'United Kingdom', 'France', 'DE', 'Atlantis', null];
    assert.deepEqual(names.map(countryCode), ['DE', 'JP', 'GB', 'FR', 'DE', undefined, undefined]);
  });
});

describe('an order for Salesforce', () => {
  it('belongs to one guest account for one e-mail, in any case', () => {
    const guest = { ...order, guestName: 'Ada', guestEmail: 'Ada@Example.com' };
    assert.equal(accountIdOf(guest), accountIdOf({ ...guest, guestEmail: 'ada@example.com' }));
    assert.notEqual(accountIdOf(guest), accountIdOf(order));
    assert.equal(accountIdOf({ ...guest, customerId: 'CUS-0001' }), 'CUS-0001');
    assert.equal(toGuestAccount(guest)['Throughline_Email__c'], 'Ada@Example.com');
    assert.ok(!('Throughline_Email__c' in toGuestAccount({ ...guest, guestEmail: 'no@domain' })));
  });

  it('has line ids of at most 64 characters that differ', () => {
    const ids = ['1', 'x'.repeat(60), `${'x'.repeat(59)}y`].map((lineId) =>
      String(toLine(order, { ...order.lines[0]!, lineId })['Throughline_Id__c']));
    assert.ok(ids.every((id) => id.length <= 64));
    assert.equal(new Set(ids).size, 3);
    assert.equal(toLine(order, order.lines[0]!)['UnitPrice'], 0.07);
  });

  it('quotes what goes into SOQL', () => assert.equal(soqlText("O'Ne\\ill"), "'O\\'Ne\\\\ill'"));
});
