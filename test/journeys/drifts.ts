// Hands that reach into the vendors and the database behind our back, each over the vendor's own wire: what a clerk, a
// restored backup or a lost message does in the field.
import assert from 'node:assert/strict';
import type { HouseProcesses, Json } from '#testing';

const SAP = '/sap/opu/odata/sap/API_SALES_ORDER_SRV';
const SALESFORCE = '/services/data/v64.0';
const CALL_TIMEOUT_MS = 15_000;

export class Vendors {
  private sap: { token: string; cookie: string } | undefined;
  private bearer: string | undefined;

  constructor(private readonly house: HouseProcesses) {}

  /** Another sales order under this reference. */
  async enterSalesOrder(reference: string, amount = '10.00'): Promise<string> {
    const { d } = await this.toSap('POST', '/A_SalesOrder', {
      SalesOrderType: 'OR', SalesOrganization: '1010', DistributionChannel: '10', OrganizationDivision: '00',
      SoldToParty: 'CUS-0001', PurchaseOrderByCustomer: reference, TransactionCurrency: 'EUR',
      to_Item: { results: [{
        Material: 'SKU-0001', RequestedQuantity: '1',
        to_PricingElement: { results: [{
          ConditionType: 'PMP0', ConditionRateValue: amount, ConditionCurrency: 'EUR', ConditionQuantity: '1',
        }] },
      }] },
    });
    return d.SalesOrder;
  }

  changeSalesOrderItem(number: string, changes: Json): Promise<Json> {
    return this.toSap('PATCH', `/A_SalesOrderItem(SalesOrder='${number}',SalesOrderItem='10')`, changes);
  }

  /** The document is gone, as after a restored backup. */
  async loseSalesOrder(number: string): Promise<void> {
    await this.house.control('DELETE', `sap/records/orders/${number}`);
  }

  async changeInSalesforce(orderId: string, changes: Json | undefined): Promise<void> {
    this.bearer ??= (await this.send('POST', '/services/oauth2/token', {
      'content-type': 'application/x-www-form-urlencoded',
    }, new URLSearchParams({
      grant_type: 'client_credentials', client_id: 'throughline', client_secret: 'throughline-secret',
    }).toString())).access_token;
    await this.send(changes ? 'PATCH' : 'DELETE', `${SALESFORCE}/sobjects/Order/Throughline_Id__c/${orderId}`, {
      authorization: `Bearer ${this.bearer}`, 'content-type': 'application/json',
    }, changes && JSON.stringify(changes));
  }

  toStripe(path: string, form: Record<string, string>): Promise<Json> {
    return this.send('POST', `/v1${path}`, {
      authorization: 'Bearer sk_test_throughline', 'content-type': 'application/x-www-form-urlencoded',
    }, new URLSearchParams(form).toString());
  }

  async countInWarehouse(sku: string, onHand: number, location = 'WH-EU'): Promise<void> {
    await this.house.control('PUT', 'wms/stock', { location, sku, onHand });
  }

  private async toSap(method: string, path: string, body: Json): Promise<Json> {
    const authorization = `Basic ${Buffer.from('THROUGHLINE:throughline-secret').toString('base64')}`;
    if (!this.sap) {
      const answer = await fetch(`${this.house.sandbox.url}${SAP}/`, {
        headers: { authorization, 'x-csrf-token': 'fetch' }, signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      this.sap = {
        token: answer.headers.get('x-csrf-token')!,
        cookie: answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; '),
      };
    }
    return this.send(method, `${SAP}${path}`, {
      authorization, 'content-type': 'application/json', accept: 'application/json', 'if-match': '*',
      'x-csrf-token': this.sap.token, cookie: this.sap.cookie,
    }, JSON.stringify(body));
  }

  private async send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Json> {
    const answer = await fetch(this.house.sandbox.url + path, {
      method, headers, ...(body === undefined ? {} : { body }), signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    const text = await answer.text();
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }
}
