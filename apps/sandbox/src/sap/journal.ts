/*
 * The sandbox's general ledger: SAP's SOAP service that posts journal entries
 * (JournalEntryCreateRequestConfirmation_In) and the item cube that is asked for them over OData. A document must
 * balance, its period must be open, and a second one with the same reference is refused and named.
 */
import { XMLParser } from 'fast-xml-parser';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Collection } from '../store.js';
import type { VendorState, VendorWorld } from '../vendor.js';
import { escapeXml } from './messages.js';

export const JOURNAL_PATH = '/sap/bc/srt/scs_ext/sap/journalentrycreaterequestconfi';
const CUBE_PATH = '/sap/opu/odata/sap/API_OPLACCTGDOCITEMCUBE_SRV/A_OperationalAcctgDocItemCube';
const MAX_ENTRIES = 500;
const MAX_ITEMS = 999;
const FIRST_DOCUMENT = 100_000_000;
const COMPANY_CODES = new Set(['1010']);
const NO_DECIMALS = new Set(['JPY', 'KRW', 'CLP', 'VND', 'ISK', 'XAF', 'XOF']);
const THREE_DECIMALS = new Set(['KWD', 'BHD', 'OMR', 'TND', 'JOD', 'IQD', 'LYD']);

interface Line { readonly glAccount: string; readonly amount: string; readonly currency: string }

export interface JournalDocument {
  readonly document: string;
  readonly companyCode: string;
  readonly fiscalYear: string;
  readonly documentType: string;
  readonly reference: string;
  readonly headerText: string;
  readonly assignment: string;
  readonly postingDate: string;
  readonly items: readonly Line[];
}

interface Item {
  GLAccount?: string;
  AmountInTransactionCurrency?: { '#text'?: string; '@currencyCode'?: string };
  DebitCreditCode?: string;
  AssignmentReference?: string;
}
interface Entry {
  AccountingDocumentType?: string;
  DocumentReferenceID?: string;
  DocumentHeaderText?: string;
  CompanyCode?: string;
  PostingDate?: string;
  Item?: Item[];
}
interface CreateRequest { MessageHeader?: { ID?: string }; JournalEntry?: Entry }

interface Answer { readonly document: string; readonly year: string; readonly type: string; readonly note: string }

const parser = new XMLParser({
  ignoreAttributes: false, attributeNamePrefix: '@', removeNSPrefix: true, parseTagValue: false,
  isArray: (name) => name === 'JournalEntryCreateRequest' || name === 'Item',
});

/** Minor units at three decimals, whatever the currency; undefined when it is no amount of it. */
function thousandths(amount: string, currency: string): bigint | undefined {
  const digits = NO_DECIMALS.has(currency) ? 0 : THREE_DECIMALS.has(currency) ? 3 : 2;
  const match = /^(-?)(\d{1,15})(?:\.(\d+))?$/.exec(amount);
  const fraction = match?.[3] ?? '';
  if (!match || fraction.length > digits) return undefined;
  const value = BigInt(match[2]! + fraction.padEnd(3, '0'));
  return match[1] === '-' ? -value : value;
}

export class Journal {
  private readonly documents: Collection<JournalDocument>;
  private readonly references: Collection<string>;

  constructor(private readonly world: VendorWorld) {
    this.documents = world.store.collection('journal');
    this.references = world.store.collection('journalReferences');
  }

  register(app: FastifyInstance): void {
    app.post(JOURNAL_PATH, async (request, reply) => this.post(request, reply));
    app.get(CUBE_PATH, { config: { write: false } }, async (request) => this.read(request));
  }

  state(): VendorState {
    const journal = [...this.documents.values()];
    return { counts: { journalEntries: journal.length }, records: { journal } };
  }

  private post(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    void reply.type('text/xml; charset=utf-8');
    let requests: CreateRequest[] | undefined;
    try {
      const { Envelope } = parser.parse(String(request.body ?? '')) as
        { Envelope?: { Body?: { JournalEntryBulkCreateRequest?: { JournalEntryCreateRequest?: CreateRequest[] } } } };
      requests = Envelope?.Body?.JournalEntryBulkCreateRequest?.JournalEntryCreateRequest;
    } catch {
      return reply.code(500).send(fault('soap-env:Client', 'XML of the request could not be parsed'));
    }
    if (!requests || requests.length > MAX_ENTRIES) {
      return reply.code(500).send(fault('soap-env:Client', `1 to ${MAX_ENTRIES} journal entries are expected`));
    }
    const confirmations = requests.map((one) => this.confirm(one)).join('');
    return reply.send(envelope(
      `<n0:JournalEntryBulkCreateConfirmation xmlns:n0="http://sap.com/xi/SAPSCORE/SFIN">` +
        `<MessageHeader><CreationDateTime>${this.world.now().toISOString()}</CreationDateTime></MessageHeader>` +
        `${confirmations}</n0:JournalEntryBulkCreateConfirmation>`));
  }

  private confirm({ MessageHeader: header, JournalEntry: entry = {} }: CreateRequest): string {
    const { document, year, type, note } = this.create(entry);
    const posted = type === '605(RW)';
    const severity = posted ? 1 : 3;
    const log = `<Log><MaximumLogItemSeverityCode>${severity}</MaximumLogItemSeverityCode><Item>` +
      `<TypeID>${type}</TypeID><SeverityCode>${severity}</SeverityCode><Note>${escapeXml(note)}</Note></Item></Log>`;
    return `<JournalEntryCreateConfirmation><MessageHeader><ReferenceID>${escapeXml(header?.ID ?? '')}</ReferenceID>` +
      `</MessageHeader><JournalEntryCreateConfirmation><AccountingDocument>${document}</AccountingDocument>` +
      `<CompanyCode>${escapeXml(entry.CompanyCode ?? '')}</CompanyCode><FiscalYear>${year}</FiscalYear>` +
      `</JournalEntryCreateConfirmation>${log}</JournalEntryCreateConfirmation>`;
  }

  private create(entry: Entry): Answer {
    const refused = (type: string, note: string, document = '0000000000'): Answer =>
      ({ document, year: '0000', type, note });
    const reference = entry.DocumentReferenceID ?? '';
    const companyCode = entry.CompanyCode ?? '';
    const postingDate = entry.PostingDate ?? '';
    const items = entry.Item ?? [];
    if (!COMPANY_CODES.has(companyCode)) return refused('165(F5)', `Company code ${companyCode} does not exist`);
    if (!/^\d{4}-\d\d-\d\d$/.test(postingDate)) return refused('083(GU)', 'Posting date is missing');
    if (reference.length > 16) return refused('301(RW)', 'DocumentReferenceID is longer than 16 characters');
    const known = reference === '' ? undefined : this.references.get(`${companyCode} ${reference}`);
    if (known) {
      return refused('101(RW)', `Document ${known} already exists with reference ${reference}`, known);
    }
    if (this.world.faults.isOn('periodClosed')) {
      const period = `0${postingDate.slice(5, 7)}/${postingDate.slice(0, 4)}`;
      return refused('201(F5)', `Period ${period} is not open for account type S and G/L ${items[0]?.GLAccount ?? ''}`);
    }
    const trouble = itemTrouble(items);
    if (trouble) return refused(trouble[0], trouble[1]);
    return this.keep(entry, reference, companyCode, postingDate);
  }

  private keep(entry: Entry, reference: string, companyCode: string, postingDate: string): Answer {
    const document = String(FIRST_DOCUMENT + this.world.store.next('journal')).padStart(10, '0');
    const items = entry.Item ?? [];
    this.documents.put(document, {
      document, companyCode, fiscalYear: postingDate.slice(0, 4), documentType: entry.AccountingDocumentType ?? 'SA',
      reference, headerText: entry.DocumentHeaderText ?? '', assignment: items[0]?.AssignmentReference ?? '',
      postingDate, items: items.map(({ GLAccount = '', AmountInTransactionCurrency: amount }) =>
        ({ glAccount: GLAccount, amount: amount?.['#text'] ?? '', currency: amount?.['@currencyCode'] ?? '' })),
    });
    if (reference !== '') this.references.put(`${companyCode} ${reference}`, document);
    const note = `Document posted successfully: BKPFF ${document}${companyCode}${postingDate.slice(0, 4)}`;
    return { document, year: postingDate.slice(0, 4), type: '605(RW)', note };
  }

  /** The cube answers per item; the part of OData that a look-up by references needs. */
  private read(request: FastifyRequest): object {
    const { $filter = '' } = request.query as Record<string, string>;
    const named = $filter.matchAll(/DocumentReferenceID eq '([^']*)'/g);
    const wanted = new Set([...named].map(([, reference]) => reference));
    const found = [...wanted].flatMap((reference) => {
      const number = this.references.get(`1010 ${reference}`);
      return number === undefined ? [] : [this.documents.get(number)!];
    });
    return { d: { results: found.flatMap((one) => one.items.map((item, index) => ({
      CompanyCode: one.companyCode, FiscalYear: one.fiscalYear, AccountingDocument: one.document,
      AccountingDocumentItem: String(index + 1).padStart(3, '0'), DocumentReferenceID: one.reference,
      GLAccount: item.glAccount, AmountInTransactionCurrency: item.amount, TransactionCurrency: item.currency,
    }))) } };
  }
}

/** What is wrong with the items: message class and text. */
function itemTrouble(items: readonly Item[]): readonly [string, string] | undefined {
  if (items.length < 2 || items.length > MAX_ITEMS) return ['613(RW)', 'A document has 2 to 999 items'];
  const sums = new Map<string, bigint>();
  for (const { GLAccount = '', AmountInTransactionCurrency: given, DebitCreditCode: side } of items) {
    const currency = given?.['@currencyCode'] ?? '';
    const value = thousandths(given?.['#text'] ?? '', currency);
    if (!/^\d{10}$/.test(GLAccount)) {
      return ['506(F5)', `G/L account ${GLAccount} does not exist in chart of accounts YCOA`];
    }
    if (value === undefined || !/^[A-Z]{3}$/.test(currency)) {
      return ['614(RW)', `Amount of account ${GLAccount} is not valid`];
    }
    if (side !== (value < 0n ? 'H' : 'S')) return ['616(RW)', 'Debit/credit code does not fit the sign'];
    sums.set(currency, (sums.get(currency) ?? 0n) + value);
  }
  const open = [...sums].find(([, sum]) => sum !== 0n);
  return open ? ['702(F5)', `Balance in transaction currency ${open[0]}`] : undefined;
}

const envelope = (body: string): string =>
  '<?xml version="1.0" encoding="utf-8"?>' +
  '<soap-env:Envelope xmlns:soap-env="http://schemas.xmlsoap.org/soap/envelope/">' +
  `<soap-env:Header/><soap-env:Body>${body}</soap-env:Body></soap-env:Envelope>`;

const fault = (code: string, text: string): string => envelope(
  `<soap-env:Fault><faultcode>${code}</faultcode><faultstring xml:lang="en">${escapeXml(text)}</faultstring>` +
  '</soap-env:Fault>');
