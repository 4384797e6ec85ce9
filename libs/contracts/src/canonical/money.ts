// Money as a decimal string with its ISO 4217 currency, and exact arithmetic on it in minor units (bigint):
// a float never touches an amount.
import { Shape, Text } from '../field.js';

/** Minor-unit digits that differ from 2 (ISO 4217, active codes a retailer meets). */
const EXPONENTS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
};

@Shape('An amount of money.')
export class Money {
  @Text({
    doc: 'Decimal amount with the digits of the currency (JPY 0, EUR 2, KWD 3).',
    pattern: /^-?\d{1,15}(\.\d{1,3})?$/,
    max: 20,
    example: '12.34',
  })
  amount: string;

  @Text({ doc: 'ISO 4217 code.', pattern: /^[A-Z]{3}$/, min: 3, max: 3, example: 'EUR' })
  currency: string;
}

/** Digits after the point of a currency. */
export function exponentOf(currency: string): number {
  return EXPONENTS[currency] ?? 2;
}

/** Minor units of an amount; throws a RangeError when it has more digits than the currency. */
export function toMinor(money: Money): bigint {
  const exponent = exponentOf(money.currency);
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(money.amount);
  const fraction = match?.[3] ?? '';
  if (!match || fraction.length > exponent) {
    throw new RangeError(`${money.amount} is not an amount of ${money.currency} (${exponent} decimal digits)`);
  }
  const minor = BigInt(match[2] + fraction.padEnd(exponent, '0'));
  return match[1] === '-' ? -minor : minor;
}

export function fromMinor(minor: bigint, currency: string): Money {
  const exponent = exponentOf(currency);
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const amount = exponent === 0 ? whole : `${whole}.${digits.slice(-exponent)}`;
  return { amount: minor < 0n ? `-${amount}` : amount, currency };
}

/** Sum of amounts of one currency; an empty list is zero. */
export function sum(amounts: readonly Money[], currency: string): Money {
  return fromMinor(
    amounts.reduce((total, money) => {
      if (money.currency !== currency) throw new RangeError(`cannot add ${money.currency} to ${currency}`);
      return total + toMinor(money);
    }, 0n),
    currency,
  );
}

/** Share of an amount, rounded half away from zero to the minor unit; `rate` is a decimal such as "0.19". */
export function share(minor: bigint, rate: string): bigint {
  const [whole = '0', fraction = ''] = rate.split('.');
  const scale = 10n ** BigInt(fraction.length);
  const product = minor * BigInt(whole + fraction);
  const half = scale / 2n;
  return product >= 0n ? (product + half) / scale : -((-product + half) / scale);
}

/** Tax contained in a gross amount at `rate`, rounded half up to the minor unit. */
export function includedTax(grossMinor: bigint, rate: string): bigint {
  const [whole = '0', fraction = ''] = rate.split('.');
  const scale = 10n ** BigInt(fraction.length);
  const part = BigInt(whole + fraction);
  const divisor = scale + part;
  return (grossMinor * part + divisor / 2n) / divisor;
}
