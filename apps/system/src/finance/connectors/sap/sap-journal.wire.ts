// SAP's journal entry service (JournalEntryCreateRequestConfirmation_In) as it is on the wire: a SOAP message with many
// entries, and a confirmation with one answer and its log for each. The item cube finds a document by our reference.
import { XMLParser } from 'fast-xml-parser';

export const JOURNAL_SERVICE = '/sap/bc/srt/scs_ext/sap/journalentrycreaterequestconfi';
const NAMESPACE = 'http://sap.com/xi/SAPSCORE/SFIN';
const OPERATION = 'JournalEntryCreateRequestConfirmation_In';
export const JOURNAL_ACTION = `${NAMESPACE}/${OPERATION}/${OPERATION}Request`;
export const ITEM_CUBE = '/sap/opu/odata/sap/API_OPLACCTGDOCITEMCUBE_SRV/A_OperationalAcctgDocItemCube';

export interface SapJournalItem {
  readonly glAccount: string;
  /** Decimal text, negative for a credit. */
  readonly amount: string;
  readonly currency: string;
}

export interface SapJournalEntry {
  /** DocumentReferenceID (XBLNR), 16 characters: SAP refuses a second document with it. */
  readonly reference: string;
  readonly headerText: string;
  readonly assignment: string;
  readonly companyCode: string;
  readonly documentType: string;
  /** `YYYY-MM-DD`. */
  readonly postingDate: string;
  readonly items: readonly SapJournalItem[];
}

/** What became of one entry of a message. */
export interface SapConfirmation {
  readonly reference: string;
  /** Absent when it was refused. */
  readonly document?: string;
  /** `<number>(<class>)` of the first error. */
  readonly code?: string;
  readonly note?: string;
}

const SUCCESS_DOCUMENT = /^0*[1-9]\d*$/;
const ERROR_SEVERITY = 3;
const NOTE_MAX = 1_000;

const parser = new XMLParser({
  ignoreAttributes: false, attributeNamePrefix: '@', removeNSPrefix: true, parseTagValue: false,
  processEntities: true, isArray: (name, path) =>
    (name === 'JournalEntryCreateConfirmation' && String(path).endsWith('BulkCreateConfirmation.' + name))
    || (name === 'Item' && String(path).endsWith('Log.Item')),
});

const escape = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

function renderEntry(entry: SapJournalEntry, createdAt: string): string {
  const items = entry.items.map(({ glAccount, amount, currency }, index) => `
        <Item><ReferenceDocumentItem>${index + 1}</ReferenceDocumentItem><GLAccount>${glAccount}</GLAccount>
          <AmountInTransactionCurrency currencyCode="${currency}">${amount}</AmountInTransactionCurrency>
          <DebitCreditCode>${amount.startsWith('-') ? 'H' : 'S'}</DebitCreditCode>
          <AssignmentReference>${escape(entry.assignment)}</AssignmentReference></Item>`).join('');
  return `
    <JournalEntryCreateRequest>
      <MessageHeader><ID>${escape(entry.reference)}</ID>
        <CreationDateTime>${createdAt}</CreationDateTime></MessageHeader>
      <JournalEntry>
        <OriginalReferenceDocumentType>BKPFF</OriginalReferenceDocumentType>
        <OriginalReferenceDocument/>
        <OriginalReferenceDocumentLogicalSystem>THROUGHLINE</OriginalReferenceDocumentLogicalSystem>
        <BusinessTransactionType>RFBU</BusinessTransactionType>
        <AccountingDocumentType>${entry.documentType}</AccountingDocumentType>
        <DocumentReferenceID>${escape(entry.reference)}</DocumentReferenceID>
        <DocumentHeaderText>${escape(entry.headerText)}</DocumentHeaderText>
        <CreatedByUser>THROUGHLINE</CreatedByUser><CompanyCode>${entry.companyCode}</CompanyCode>
        <DocumentDate>${entry.postingDate}</DocumentDate><PostingDate>${entry.postingDate}</PostingDate>${items}
      </JournalEntry>
    </JournalEntryCreateRequest>`;
}

/** The SOAP message that posts these entries. */
export function renderJournal(messageId: string, entries: readonly SapJournalEntry[], at: Date): string {
  const createdAt = at.toISOString();
  return `<?xml version="1.0" encoding="utf-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
  xmlns:sfin="${NAMESPACE}">
  <soapenv:Body><sfin:JournalEntryBulkCreateRequest>
    <MessageHeader><ID>${escape(messageId)}</ID><CreationDateTime>${createdAt}</CreationDateTime></MessageHeader>
    ${entries.map((entry) => renderEntry(entry, createdAt)).join('')}
  </sfin:JournalEntryBulkCreateRequest></soapenv:Body>
</soapenv:Envelope>`;
}

interface LogItem { TypeID?: string; SeverityCode?: string; Note?: string }
interface Confirmation {
  MessageHeader?: { ReferenceID?: string };
  JournalEntryCreateConfirmation?: { AccountingDocument?: string };
  Log?: { Item?: LogItem[] };
}

/** Answers by entry, or the text of a SOAP fault. @throws Error when the body is neither */
export function readConfirmation(xml: string): { confirmations: SapConfirmation[] } | { fault: string } {
  const { Body: body } = (parser.parse(xml) as { Envelope?: { Body?: Record<string, unknown> } }).Envelope ?? {};
  const fault = body?.['Fault'] as { faultstring?: string | { '#text'?: string } } | undefined;
  if (fault) {
    const text = typeof fault.faultstring === 'object' ? fault.faultstring['#text'] : fault.faultstring;
    return { fault: String(text ?? 'SOAP fault').slice(0, NOTE_MAX) };
  }
  const answer = body?.['JournalEntryBulkCreateConfirmation'] as
    { JournalEntryCreateConfirmation?: Confirmation[] } | undefined;
  if (!answer?.JournalEntryCreateConfirmation) throw new Error('The answer is no journal entry confirmation');
  return { confirmations: answer.JournalEntryCreateConfirmation.map(readOne) };
}

function readOne({ MessageHeader: header, JournalEntryCreateConfirmation: entry, Log: log }: Confirmation) {
  const document = entry?.AccountingDocument ?? '';
  const error = log?.Item?.find(({ SeverityCode }) => Number(SeverityCode) >= ERROR_SEVERITY);
  return {
    reference: header?.ReferenceID ?? '',
    ...(SUCCESS_DOCUMENT.test(document) ? { document } : {}),
    ...(error ? { code: error.TypeID ?? '', note: (error.Note ?? '').slice(0, NOTE_MAX) } : {}),
  };
}
