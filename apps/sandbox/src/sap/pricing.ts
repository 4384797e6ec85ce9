/*
 * The pricing procedure of the sandbox client: what each condition type does to the net value of an item or an order.
 * Small on purpose, but computed as SAP does: decimal, rounded half up to the currency's decimals.
 */
import { Decimal } from 'decimal.js';
import type { Fields } from './values.js';

type Effect = 'price' | 'percent' | 'amount' | 'statistical';

/**
 * Condition types: a price per quantity, a percentage of the price, a fixed amount (negative for a discount), or shown
 * only. Steps are their places in the procedure.
 */
const CONDITION_TYPES: Readonly<Record<string, { readonly step: string; readonly effect: Effect }>> = {
  PPR0: { step: '010', effect: 'price' },
  PR00: { step: '011', effect: 'price' },
  PMP0: { step: '012', effect: 'price' },
  ZPR0: { step: '013', effect: 'price' },
  DRG1: { step: '100', effect: 'percent' },
  K007: { step: '101', effect: 'percent' },
  DRV1: { step: '110', effect: 'amount' },
  RB00: { step: '111', effect: 'amount' },
  HB00: { step: '120', effect: 'amount' },
  DRW1: { step: '121', effect: 'amount' },
  HD00: { step: '130', effect: 'amount' },
  HF00: { step: '131', effect: 'amount' },
  TTX1: { step: '915', effect: 'statistical' },
  MWST: { step: '916', effect: 'statistical' },
};

export function knowsConditionType(type: string): boolean {
  return type in CONDITION_TYPES;
}

const decimalsByCurrency = new Map<string, number>();

/** Decimals of a currency by ISO 4217: 2 for EUR, 0 for JPY. Remembered, because a number format is dear to make. */
function currencyDecimals(currency: string): number {
  const known = decimalsByCurrency.get(currency);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 2;
  decimalsByCurrency.set(currency, decimals);
  return decimals;
}

/** An amount as SAP shows it: `"17.50"`, `"1200"` in JPY. */
export function roundAmount(amount: Decimal, currency: string): string {
  return amount.toFixed(currencyDecimals(currency), Decimal.ROUND_HALF_UP);
}

/** Fills in steps, amounts and currency of the given conditions and returns their net value. */
export function price(conditions: readonly Fields[], quantity: string, currency: string): Decimal {
  const effect = (condition: Fields): Effect => CONDITION_TYPES[String(condition['ConditionType'])]!.effect;
  let gross = new Decimal(0);
  let net = new Decimal(0);
  const inStepOrder = [...conditions].sort((left, right) => stepOf(left).localeCompare(stepOf(right)));
  inStepOrder.forEach((condition, position) => {
    const rate = new Decimal(String(condition['ConditionRateValue'] ?? '0'));
    const per = new Decimal(String(condition['ConditionQuantity'] ?? '0')).toNumber() || 1;
    const amounts: Readonly<Record<Effect, () => Decimal>> = {
      price: () => rate.mul(quantity).div(per),
      percent: () => gross.mul(rate).div(100),
      amount: () => rate,
      statistical: () => net.mul(rate).div(100),
    };
    const amount = new Decimal(roundAmount(amounts[effect(condition)](), currency));
    if (effect(condition) === 'price') gross = gross.add(amount);
    if (effect(condition) !== 'statistical') net = net.add(amount);
    Object.assign(condition, {
      PricingProcedureStep: condition['PricingProcedureStep'] || stepOf(condition),
      PricingProcedureCounter: condition['PricingProcedureCounter'] || String(position + 1),
      ConditionAmount: roundAmount(amount, currency),
      TransactionCurrency: currency,
      ConditionIsManuallyChanged: true,
      ConditionIsForStatistics: effect(condition) === 'statistical',
      ConditionCurrency: condition['ConditionCurrency'] || currency,
    });
  });
  return net;
}

function stepOf(condition: Fields): string {
  return CONDITION_TYPES[String(condition['ConditionType'])]!.step;
}
