// The journal in SAP S/4HANA's general ledger, over SOAP: many entries a message, each with a reference that SAP keeps
// unique, so that a message whose answer was lost may be looked up and, at worst, sent again without a second document.
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { fromMinor } from '#contracts';
import type { JourneyRecorder } from '#events';
import {
  transportFailure, VendorLine, VendorSilent, VendorThrottled, VendorUnreached, type LineSettings,
} from '../../../vendor-line.js';
import type { GeneralLedger, PostingAnswer, PostingEntry } from '../../journal-posting.port.js';
import type { LedgerAccount } from '../../ledger.policy.js';
import { glAccountOf, glPolicy } from './gl-account.policy.js';
import {
  ITEM_CUBE, JOURNAL_ACTION, JOURNAL_SERVICE, readConfirmation, renderJournal, type SapConfirmation,
  type SapJournalEntry,
} from './sap-journal.wire.js';

const CALL_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 2_000;
const KEEP_ALIVE_MS = 30_000;
const CONNECTIONS = 2;
const REFERENCE_DIGITS = 16;
const HEADER_TEXT_MAX = 25;
const ASSIGNMENT_MAX = 18;
const REASON_MAX = 1_000;
const DEFAULT_RETRY_AFTER_SECONDS = 5;
/** "Period … is not open for account type … and G/L …": it will be. */
const PERIOD_CLOSED = '201(F5)';
/** "Document … already exists with this reference": it is ours, from a message whose answer was lost. */
const DUPLICATE = '101(RW)';
/** Kinds that take value back from revenue or pay customers. */
const CREDITS: ReadonlySet<string> = new Set(['creditMemo', 'refund', 'storeCredit']);

export interface SapLedgerAccess {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** 16 of the entry id's hex digits: an id derived from a hash, so they are as good as random. */
export const referenceOf = (entryId: string): string => entryId.slice(-REFERENCE_DIGITS).toUpperCase();

export class SapJournal implements GeneralLedger {
  private readonly line: VendorLine;
  private readonly pool: Pool;
  private readonly authorization: string;

  /** @param options limits that differ from a productive SAP's, e.g. in tests */
  constructor(
    access: SapLedgerAccess, journey: JourneyRecorder, options: LineSettings = {},
  ) {
    this.line = new VendorLine({
      vendor: 'sap-ledger', journey, concurrent: CONNECTIONS, callTimeoutMs: CALL_TIMEOUT_MS, ...options,
    });
    this.pool = new Pool(new URL(access.url).origin, {
      connections: CONNECTIONS, pipelining: 1, connect: { timeout: CONNECT_TIMEOUT_MS },
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
    this.authorization = `Basic ${Buffer.from(`${access.user}:${access.password}`).toString('base64')}`;
  }

  async post(entries: readonly PostingEntry[]): Promise<ReadonlyMap<string, PostingAnswer>> {
    try {
      const xml = renderJournal(randomUUID(), entries.map(toSapEntry), new Date());
      const { status, text } = await this.request('postJournal', {
        method: 'POST', path: JOURNAL_SERVICE, body: xml,
        headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${JOURNAL_ACTION}"` },
      });
      const answer = readConfirmation(text);
      if ('fault' in answer) return forAll(entries, { outcome: 'later', reason: `SOAP fault: ${answer.fault}` });
      if (status !== 200) return forAll(entries, { outcome: 'uncertain', reason: `HTTP ${status}` });
      const byReference = new Map(answer.confirmations.map((one) => [one.reference, one]));
      return new Map(entries.map(({ id }) => [id, answerOf(byReference.get(referenceOf(id)))]));
    } catch (error) {
      // What is no answer of the service says nothing about what it has done.
      const outcome = error instanceof VendorUnreached ? 'later' : 'uncertain';
      return forAll(entries, { outcome, reason: String((error as Error).message).slice(0, REASON_MAX) });
    }
  }

  async find(entries: readonly PostingEntry[]): Promise<ReadonlyMap<string, string>> {
    const wanted = entries.map(({ id }) => `DocumentReferenceID eq '${referenceOf(id)}'`).join(' or ');
    const query = new URLSearchParams({
      $filter: `CompanyCode eq '${glPolicy.companyCode}' and (${wanted})`,
      $select: 'AccountingDocument,DocumentReferenceID', $format: 'json',
    });
    const path = `${ITEM_CUBE}?${query.toString().replaceAll('+', '%20')}`;
    const { status, text } = await this.request('findJournal', { method: 'GET', path });
    if (status !== 200) throw new VendorUnreached(`it does not tell (HTTP ${status})`);
    const { d: { results } } = JSON.parse(text) as
      { d: { results: { AccountingDocument: string; DocumentReferenceID: string }[] } };
    const documents = new Map(results.map((row) => [row.DocumentReferenceID, row.AccountingDocument]));
    return new Map(entries.flatMap(({ id }) => {
      const document = documents.get(referenceOf(id));
      return document === undefined ? [] : [[id, document]];
    }));
  }

  async onModuleDestroy(): Promise<void> {
    await this.pool.destroy();
  }

  private request(
    operation: string,
    request: { method: 'GET' | 'POST'; path: string; body?: string; headers?: Record<string, string> },
  ): Promise<{ status: number; text: string }> {
    return this.line.run(operation, Date.now() + CALL_TIMEOUT_MS, async (timeoutMs) => {
      const { status, text, retryAfter } = await this.send(request, timeoutMs);
      if (status === 401 || status === 403) throw new VendorUnreached(`it does not let us in (HTTP ${status})`);
      if (status === 429) {
        throw new VendorThrottled('it asks for fewer calls (HTTP 429)', retryAfter || DEFAULT_RETRY_AFTER_SECONDS);
      }
      // A SOAP fault comes as HTTP 500 and is an answer; any other 5xx is silence.
      if (status >= 500 && !/<(?:\w+:)?Fault[\s>]/.test(text)) throw new VendorSilent(`HTTP ${status}`);
      return { status, text };
    });
  }

  private async send(
    { method, path, body, headers }: {
      method: 'GET' | 'POST'; path: string; body?: string; headers?: Record<string, string>;
    }, timeoutMs: number,
  ): Promise<{ status: number; text: string; retryAfter: number }> {
    try {
      const answer = await this.pool.request({
        method, path, body, signal: AbortSignal.timeout(timeoutMs), headersTimeout: timeoutMs, bodyTimeout: timeoutMs,
        headers: { accept: 'application/json, text/xml', authorization: this.authorization, ...headers },
      });
      const retryAfter = Number(answer.headers['retry-after']);
      return { status: answer.statusCode, text: await answer.body.text(), retryAfter };
    } catch (error) {
      throw transportFailure(error);
    }
  }
}

function toSapEntry({ id, orderId, kind, fact, at, legs }: PostingEntry): SapJournalEntry {
  return {
    reference: referenceOf(id), headerText: `${kind} ${fact}`.slice(0, HEADER_TEXT_MAX),
    assignment: orderId.slice(-ASSIGNMENT_MAX), companyCode: glPolicy.companyCode,
    documentType: CREDITS.has(kind) ? glPolicy.creditType : glPolicy.documentType,
    postingDate: at.toISOString().slice(0, 'YYYY-MM-DD'.length),
    items: legs.map(({ account, side, amount, currency }) => ({
      glAccount: glAccountOf(account as LedgerAccount), currency,
      amount: fromMinor(side === 'debit' ? amount : -amount, currency).amount,
    })),
  };
}

function answerOf(confirmation: SapConfirmation | undefined): PostingAnswer {
  if (!confirmation) return { outcome: 'uncertain', reason: 'The confirmation does not name the entry.' };
  const { document, code, note = 'refused' } = confirmation;
  if (document !== undefined && code === DUPLICATE) return { outcome: 'applied', document, found: true };
  if (document !== undefined) return { outcome: 'applied', document };
  const reason = `${code ?? 'no code'}: ${note}`;
  return { outcome: code === PERIOD_CLOSED ? 'later' : code === DUPLICATE ? 'uncertain' : 'rejected', reason };
}

const forAll = (entries: readonly PostingEntry[], answer: PostingAnswer): ReadonlyMap<string, PostingAnswer> =>
  new Map(entries.map(({ id }) => [id, answer]));
