// A payout reconciliation report of Stripe as lines: CSV by header names, amounts exact, each fault named by line and
// column, so that one bad row costs nobody the others. Pure.
import { parse } from 'csv-parse/sync';
import { exponentOf, toMinor } from '#contracts';

/** Columns of the report that are needed; more may be there. https://docs.stripe.com/reports/report-types */
const REQUIRED = [
  'automatic_payout_id', 'balance_transaction_id', 'gross', 'fee', 'net', 'currency', 'reporting_category',
] as const;
const VALUE_MAX = 300;
const AMOUNT = /^-?\d{1,13}(?:\.\d{1,3})?$/;
const LINES_MAX = 200_000;

export interface SettlementLineRow {
  readonly line: number;
  readonly key: string;
  readonly payoutId: string;
  readonly paymentId: string | null;
  readonly category: string;
  readonly currency: string;
  /** Minor units. */
  readonly gross: bigint;
  readonly fee: bigint;
  readonly net: bigint;
  readonly at: string | null;
  readonly raw: Record<string, string>;
}

export interface RowFault {
  readonly line: number;
  readonly column: string;
  readonly detail: string;
  readonly value: string;
  readonly raw: Record<string, string>;
}

export interface SettlementFile {
  readonly lines: SettlementLineRow[];
  readonly faults: RowFault[];
  /** Columns that are missing: then nothing can be read. */
  readonly missing: readonly string[];
}

interface Parsed { readonly record: Record<string, string>; readonly info: { readonly lines: number } }

/** @throws Error in the parser's words when it is no CSV at all */
export function readSettlementFile(csv: string): SettlementFile {
  let header: readonly string[] = [];
  const parsed = parse(csv, {
    bom: true, info: true, trim: true, skip_empty_lines: true, relax_column_count: true, to: LINES_MAX,
    columns: (names: string[]) => (header = names.map((name) => name.trim().toLowerCase())),
  }) as unknown as Parsed[];
  const missing = REQUIRED.filter((name) => !header.includes(name));
  if (missing.length > 0) return { lines: [], faults: [], missing };
  const lines: SettlementLineRow[] = [];
  const faults: RowFault[] = [];
  const known = new Set<string>();
  for (const { record, info } of parsed) {
    const read = readRow(record, info.lines, known);
    if ('faults' in read) faults.push(...read.faults);
    else lines.push(read.row);
  }
  return { lines, faults, missing };
}

function readRow(
  raw: Record<string, string>, line: number, known: Set<string>,
): { row: SettlementLineRow } | { faults: RowFault[] } {
  const faults: RowFault[] = [];
  const fault = (column: string, detail: string): void => {
    faults.push({ line, column, detail, value: (raw[column] ?? '').slice(0, VALUE_MAX), raw });
  };
  const text = (column: string): string => {
    const value = raw[column] ?? '';
    if (value === '') fault(column, 'is empty');
    return value;
  };
  const [key, payoutId, category] = [text('balance_transaction_id'), text('automatic_payout_id'),
    text('reporting_category')];
  const currency = text('currency').toUpperCase();
  if (currency !== '' && !/^[A-Z]{3}$/.test(currency)) fault('currency', 'is no ISO 4217 code');
  const amount = (column: string): bigint => {
    const value = text(column);
    if (value === '') return 0n;
    try {
      const readable = AMOUNT.test(value) && /^[A-Z]{3}$/.test(currency);
      if (readable) return toMinor({ amount: trimmed(value, currency), currency });
    } catch {
      // Said below.
    }
    fault(column, `is no amount of ${currency || 'a currency'}`);
    return 0n;
  };
  const [gross, fee, net] = [amount('gross'), amount('fee'), amount('net')];
  if (faults.length === 0 && gross - fee !== net) fault('net', 'is not gross less fee');
  if (known.has(key)) fault('balance_transaction_id', 'occurs twice in this file');
  if (faults.length > 0) return { faults };
  known.add(key);
  const made = Date.parse(`${raw['created'] ?? ''}${/Z|[+-]\d\d/.test(raw['created'] ?? '') ? '' : 'Z'}`);
  return { row: {
    line, key, payoutId, category, currency, gross, fee, net, raw, paymentId: raw['payment_intent_id'] || null,
    at: Number.isNaN(made) ? null : new Date(made).toISOString(),
  } };
}

/** Reports write 10.00 also for currencies without decimals; digits beyond the currency's must be zeros. */
function trimmed(value: string, currency: string): string {
  const [whole = '0', fraction = ''] = value.split('.');
  const digits = exponentOf(currency);
  if (fraction.length <= digits || !/^0*$/.test(fraction.slice(digits))) return value;
  return digits === 0 ? whole : `${whole}.${fraction.slice(0, digits)}`;
}
