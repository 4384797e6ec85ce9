// Between the contract of system/finance and its records: amounts in, and payments, invoices and journals out.
import {
  fromMinor, Problem, problems, toMinor, type CreditMemo, type Invoice, type JournalEntry, type Money,
  type StoreCredit,
} from '#contracts';
import { currentTraceparent } from '#telemetry';
import type { CreditMemoRecord, InvoiceRecord, JournalEntryRecord, StoreCreditRecord } from './finance.entity.js';
import type { Origin } from './money.command.js';

/** Largest amount of minor units that we keep exactly everywhere: 15 digits. */
const MINOR_MAX = 999_999_999_999_999n;

const refused = (pointer: string, detail: string) =>
  new Problem(problems.invalidRequest, { detail: 'An amount is not usable.', errors: [{ pointer, detail }] });

/** Minor units of an amount of the request. @throws Problem invalid-request */
export function minorOf(money: Money, pointer: string, least: bigint): bigint {
  let minor: bigint;
  try {
    minor = toMinor(money);
  } catch (error) {
    throw refused(`${pointer}/amount`, (error as Error).message);
  }
  if (minor < least) throw refused(`${pointer}/amount`, `must be at least ${fromMinor(least, money.currency).amount}`);
  if (minor > MINOR_MAX) throw refused(`${pointer}/amount`, 'has more than 15 digits');
  return minor;
}

export function originNow(): Origin {
  return { time: new Date().toISOString(), traceparent: currentTraceparent() };
}

export function toInvoice(record: InvoiceRecord): Invoice {
  const { id, number, orderId, fact, total, tax, currency, issuedAt } = record;
  return {
    id, number, orderId, fact, total: fromMinor(total, currency), tax: fromMinor(tax, currency),
    issuedAt: issuedAt.toISOString(),
  };
}

export function toJournalEntry({ id, orderId, kind, fact, at, legs }: JournalEntryRecord): JournalEntry {
  return {
    id, orderId, kind, fact, at: at.toISOString(),
    legs: [...legs].sort((one, other) => one.place - other.place).map(({ account, side, amount, currency }) =>
      ({ account, side, amount: fromMinor(amount, currency) })),
  };
}

export function toCreditMemo(record: CreditMemoRecord): CreditMemo {
  const { id, number, orderId, fact, total, tax, fee, feeTax, currency, issuedAt } = record;
  const money = (minor: bigint) => fromMinor(minor, currency);
  return {
    id, number, orderId, fact, total: money(total), tax: money(tax), fee: money(fee), feeTax: money(feeTax),
    payable: money(total - fee), issuedAt: issuedAt.toISOString(),
  };
}

export function toStoreCredit(record: StoreCreditRecord): StoreCredit {
  const { code, orderId, fact, customerId, amount, currency, issuedAt } = record;
  return {
    code, orderId, fact, amount: fromMinor(amount, currency), ...(customerId === null ? {} : { customerId }),
    issuedAt: issuedAt.toISOString(),
  };
}
