/*
 * The sandbox's API_CUSTOMER_RETURN_SRV over OData V2: deep insert, ETags, approval released or rejected by function
 * imports. SAP does not refuse a second return with the same reference, so neither does this.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Collection } from '../store.js';
import type { VendorState, VendorWorld } from '../vendor.js';
import { RETURN_NAMESPACE, RETURN_TYPES, type ReturnSetName } from './customer-return-metadata.js';
import { sapErrors, warningHeader, type SapMessage } from './messages.js';
import type { EntityType } from './metadata.js';
import { applyQuery, readQuery } from './query.js';
import { convertAlpha, initialValue, readPayload, writeValue, type Fields } from './values.js';

export const RETURN_ROOT = `/sap/opu/odata/sap/${RETURN_NAMESPACE}`;
const FIRST_NUMBER = 60_000_000;
const RETURN_TYPES_ALLOWED = /^(CBRE|RE|RE2|[ZY][A-Z0-9]{1,3})$/;
const ITEM_STEP = 10;
const MAX_ITEMS = 999;
const LOCKING_USER = 'MILLERJ';
/** Approval: not needed, in approval, released, rejected. */
const APPROVAL = { none: '', waiting: 'A', released: 'B', rejected: 'C' } as const;

interface ReturnDocument { readonly fields: Fields; readonly items: Fields[] }

export class CustomerReturns {
  private readonly documents: Collection<ReturnDocument>;

  constructor(private readonly world: VendorWorld) {
    this.documents = world.store.collection('customerReturns');
  }

  register(app: FastifyInstance): void {
    app.get(RETURN_ROOT, async () => ({ d: { EntitySets: Object.keys(RETURN_TYPES) } }));
    app.get(`${RETURN_ROOT}/*`, async (request, reply) => this.read(request, reply));
    app.post(`${RETURN_ROOT}/A_CustomerReturn`, async (request, reply) => this.create(request, reply));
    app.route({
      method: ['PATCH', 'MERGE'], url: `${RETURN_ROOT}/*`,
      handler: async (request, reply) => this.change(request, reply),
    });
    for (const [name, status] of [['releaseApprovalRequest', APPROVAL.released],
      ['rejectApprovalRequest', APPROVAL.rejected]] as const) {
      app.post(`${RETURN_ROOT}/${name}`, async (request) => this.decide(request, name, status));
    }
  }

  state(): VendorState {
    const customerReturns = [...this.documents.values()].map(({ fields, items }) => ({
      customerReturn: fields['CustomerReturn'], reference: fields['PurchaseOrderByCustomer'] ?? '',
      approval: fields['SalesDocApprovalStatus'], salesOrder: fields['ReferenceSDDocument'] ?? '',
      currency: fields['TransactionCurrency'],
      items: items.map((item) => ({
        item: item['CustomerReturnItem'], material: item['Material'], quantity: item['RequestedQuantity'],
        reason: item['ReturnReason'] ?? '',
      })),
    }));
    return { counts: { customerReturns: customerReturns.length }, records: { customerReturns } };
  }

  private create(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const now = this.world.now().getTime();
    const { fields, children } = readPayload(RETURN_TYPES.A_CustomerReturn, readBody(request));
    const items = (children['to_Item'] ?? []).map((item) => readPayload(RETURN_TYPES.A_CustomerReturnItem,
      item).fields);
    const messages = [...headerMessages(fields), ...items.flatMap(itemMessages)];
    if (items.length < 1 || items.length > MAX_ITEMS) {
      messages.push({ code: 'V1/849', propertyref: 'to_Item', message: 'Enter at least one item' });
    }
    if (messages.length > 0) throw sapErrors.business(messages);
    const number = String(FIRST_NUMBER + this.world.store.next('customerReturn'));
    Object.assign(fields, {
      CustomerReturn: number, CreationDate: now, CreatedByUser: 'THROUGHLINE', RetsMgmtProcess: `R${number}`,
      SalesDocApprovalStatus: APPROVAL.waiting, RetsMgmtLogProcgStatus: 'A', RetsMgmtCompnProcgStatus: 'A',
      RetsMgmtProcessingStatus: 'A', OverallSDProcessStatus: 'A', OverallSDDocumentRejectionSts: 'A',
    });
    items.forEach((item, index) => Object.assign(item, {
      CustomerReturn: number, CustomerReturnItem: String((index + 1) * ITEM_STEP),
      RequestedQuantityUnit: item['RequestedQuantityUnit'] || 'PC', TransactionCurrency: fields['TransactionCurrency'],
      ReturnsDocumentApprovalStatus: APPROVAL.waiting, RetsMgmtItmProcgStatus: 'A',
    }));
    const document = this.save({ fields, items });
    if (this.world.faults.hits('warning')) {
      reply.header('sap-message', warningHeader({ code: 'V1/555',
        message: 'The return is not yet complete: edit data' }));
    }
    return reply.code(201).header('etag', etagOf(document)).send({ d: {
      ...this.show(request, 'A_CustomerReturn', document.fields, document),
      to_Item: { results: items.map((item) => this.show(request, 'A_CustomerReturnItem', item, document)) },
    } });
  }

  private read(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { set, key, navigation } = this.target(request);
    const type = RETURN_TYPES[navigation ?? set];
    const query = readQuery(type, queryOf(request));
    if (key && !navigation) {
      const { fields, document } = this.find(set, key);
      return reply.header('etag', etagOf(document)).send({ d: this.show(request, set, fields, document) });
    }
    const documents = key ? [this.find(set, key).document] : [...this.documents.values()];
    const rows = documents.flatMap((document) => rowsOf(navigation ?? set, document).map((fields) => ({ fields,
      document })));
    const { page, count } = applyQuery(rows, query);
    const results = page.map(({ fields, document }) => {
      const shown = this.show(request, navigation ?? set, fields, document);
      return query.select ? Object.fromEntries(Object.entries(shown)
        .filter(([name]) => name === '__metadata' || query.select!.has(name))) : shown;
    });
    return reply.send({ d: { ...(query.inlineCount ? { __count: String(count) } : {}), results } });
  }

  private change(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { set, key } = this.target(request);
    if (!key) throw sapErrors.method(request.method, set);
    const { fields, document } = this.find(set, key);
    const expected = request.headers['if-match'];
    if (expected === undefined) throw sapErrors.unconditional();
    if (expected !== '*' && expected !== etagOf(document)) throw sapErrors.precondition();
    if (this.world.faults.hits('rowLock')) {throw sapErrors.locked(String(document.fields['CustomerReturn']),
      LOCKING_USER);}
    const changes = readPayload(RETURN_TYPES[set], readBody(request)).fields;
    delete changes['CustomerReturn'];
    Object.assign(fields, changes);
    return reply.code(204).header('etag', etagOf(this.save(document))).send();
  }

  /** Releases or rejects the approval; what has been decided stays. */
  private decide(request: FastifyRequest, name: string, status: string): object {
    const number = /^'?(\d{1,10})'?$/.exec(queryOf(request)['CustomerReturn'] ?? '')?.[1] ?? '';
    const { document } = this.find('A_CustomerReturn', { CustomerReturn: convertAlpha(number) });
    if (this.world.faults.hits('rowLock')) throw sapErrors.locked(number, LOCKING_USER);
    const { fields, items } = document;
    if (fields['SalesDocApprovalStatus'] !== APPROVAL.waiting) {
      const message = `Customer return ${number} does not wait for approval`;
      throw sapErrors.business([{ code: 'SD_APM/012', message }]);
    }
    fields['SalesDocApprovalStatus'] = status;
    if (status === APPROVAL.rejected) fields['OverallSDDocumentRejectionSts'] = 'C';
    for (const item of items) item['ReturnsDocumentApprovalStatus'] = status;
    this.save(document);
    return { d: { [name]: { __metadata: { type: `${RETURN_NAMESPACE}.FunctionResult` }, Success: true } } };
  }

  private save(document: ReturnDocument): ReturnDocument {
    const { fields } = document;
    const now = this.world.now().getTime();
    fields['LastChangeDate'] = now;
    // Never repeats, because it is the ETag.
    fields['LastChangeDateTime'] = Math.max(now, Number(fields['LastChangeDateTime'] ?? 0) + 1);
    return this.documents.put(String(fields['CustomerReturn']), document);
  }

  private target(request: FastifyRequest): { set: ReturnSetName; key?: Fields; navigation?: ReturnSetName } {
    const path = decodeURIComponent((request.params as { '*': string })['*']);
    const [, name = '', text, nav] = /^(\w+)(?:\(([^)]*)\))?(?:\/(\w+))?$/.exec(path) ?? [];
    if (!Object.hasOwn(RETURN_TYPES, name)) throw sapErrors.noSegment(name || path);
    const set = name as ReturnSetName;
    const type: EntityType = RETURN_TYPES[set];
    const target = nav === undefined ? undefined : type.navigations.get(
      nav)?.target as unknown as ReturnSetName | undefined;
    if (nav !== undefined && (!target || text === undefined)) throw sapErrors.noSegment(nav);
    return {
      set, ...(text === undefined ? {} : { key: readKey(type, text) }), ...(target ? { navigation: target } : {}),
    };
  }

  private find(set: ReturnSetName, key: Fields): { fields: Fields; document: ReturnDocument } {
    const document = this.documents.get(String(key['CustomerReturn'] ?? ''));
    const fields = document && rowsOf(set, document).find((row) =>
      Object.entries(key).every(([name, value]) => row[name] === value));
    if (!document || !fields) throw sapErrors.notFound(RETURN_TYPES[set].type);
    return { fields, document };
  }

  private show(
    request: FastifyRequest, set: ReturnSetName, fields: Fields, document: ReturnDocument,
  ): Record<string, unknown> {
    const type = RETURN_TYPES[set];
    const key = type.keys.map((name) => `${name}='${String(fields[name] ?? '')}'`).join(',');
    const uri = `${request.protocol}://${request.host}${RETURN_ROOT}/${set}(${key})`;
    return {
      __metadata: { id: uri, uri, type: `${RETURN_NAMESPACE}.${type.type}`,
        ...(type.versioned ? { etag: etagOf(document) } : {}) },
      ...Object.fromEntries([...type.properties].map(([name, property]) =>
        [name, writeValue(property, fields[name] ?? initialValue(property))])),
      ...Object.fromEntries([...type.navigations.keys()].map((name) => [name,
        { __deferred: { uri: `${uri}/${name}` } }])),
    };
  }
}

function rowsOf(set: ReturnSetName, { fields, items }: ReturnDocument): Fields[] {
  if (set === 'A_CustomerReturn') return [fields];
  if (set === 'A_CustomerReturnItem') return items;
  return items.map((item) => ({
    CustomerReturn: fields['CustomerReturn']!, RetsMgmtProcess: fields['RetsMgmtProcess']!,
    RetsMgmtProcessItem: item['CustomerReturnItem']!, RetsMgmtProcessStep: '0101',
    ReturnsDocument: fields['CustomerReturn']!, ReturnsDocumentItem: item['CustomerReturnItem']!,
    ReturnsDocumentApprovalStatus: item['ReturnsDocumentApprovalStatus']!, RetsMgmtProcStepExecStatus: 'B',
  }));
}

function readKey(type: EntityType, text: string): Fields {
  const single = /^'([^']*)'$/.exec(text);
  if (single && type.keys.length === 1) return { [type.keys[0]!]: convertAlpha(single[1]!) };
  return Object.fromEntries([...text.matchAll(/(\w+)='([^']*)'/g)].map(([, name, value]) => [name!,
    convertAlpha(value!)]));
}

const etagOf = ({ fields }: ReturnDocument): string =>
  `W/"datetimeoffset'${encodeURIComponent(new Date(Number(fields['LastChangeDateTime'])).toISOString())}'"`;

function queryOf(request: FastifyRequest): Record<string, string | undefined> {
  return request.query as Record<string, string | undefined>;
}

function readBody(request: FastifyRequest): unknown {
  const mediaType = request.headers['content-type'] ?? '';
  if (!/^application\/json\b/i.test(mediaType)) throw sapErrors.mediaType(mediaType);
  try {
    return JSON.parse(request.body as string);
  } catch {
    throw sapErrors.malformed();
  }
}

function headerMessages(fields: Fields): SapMessage[] {
  const say = (code: string, propertyref: string, message: string): SapMessage => ({ code, propertyref, message });
  return [
    ...(RETURN_TYPES_ALLOWED.test(String(fields['CustomerReturnType'] ?? '')) ? []
      : [say('V1/313', 'CustomerReturnType', 'Sales document type is not defined')]),
    ...(fields['SalesOrganization'] ? [] : [say('V1/319', 'SalesOrganization', 'Sales organization is missing')]),
    ...(/^(CUS-0\d{3}|GUEST)$/.test(String(fields['SoldToParty'] ?? '')) ? []
      : [say('VP/015', 'SoldToParty', `Sold-to party ${String(fields['SoldToParty'] ?? '')} not maintained`)]),
    ...(/^[A-Z]{3}$/.test(String(fields['TransactionCurrency'] ?? '')) ? []
      : [say('V1/397', 'TransactionCurrency', 'Currency is not defined')]),
  ];
}

function itemMessages(item: Fields): SapMessage[] {
  const material = String(item['Material'] ?? '');
  return [
    ...(/^SKU-(?!0000)(0\d{3}|1000)$/.test(material) ? []
      : [{ code: 'V1/382', propertyref: 'Material', message: `Material ${material} is not defined` }]),
    ...(Number(item['RequestedQuantity'] ?? 0) > 0 ? []
      : [{ code: 'V1/334', propertyref: 'RequestedQuantity', message: 'Enter a quantity' }]),
    ...(/^\w{1,3}$/.test(String(item['ReturnReason'] ?? '')) ? []
      : [{ code: 'MSR_ORD/027', propertyref: 'ReturnReason', message: 'Return reason is missing' }]),
  ];
}
