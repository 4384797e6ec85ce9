// Every kind of difference, and what the repair policy says is done about it. Pure.
import type { Kind } from './kind.policy.js';
import { moneyKinds } from './money-kinds.policy.js';
import { orderKinds } from './order-kinds.policy.js';
import type { RepairDocument } from './repair-document.policy.js';
import { stockKinds } from './stock-kinds.policy.js';

export const kinds: readonly Kind[] = [...orderKinds, ...moneyKinds, ...stockKinds];
const byName = new Map(kinds.map((kind) => [kind.kind, kind]));

export function kindOf(name: string): Kind | undefined {
  return byName.get(name);
}

export interface Found {
  readonly kind: string;
  readonly theirs: Readonly<Record<string, unknown>>;
  /** Times that the same difference was repaired before. */
  readonly repairedBefore: number;
}

/** What is done about a difference. */
export function treatment(document: RepairDocument, { kind, theirs, repairedBefore }: Found): 'repair' | 'task' {
  if (document.rules[kind] !== 'repair' || kindOf(kind)?.repair === undefined) return 'task';
  if (repairedBefore >= document.repairsMax) return 'task';
  if (kind !== 'warehouseStockDiffers') return 'repair';
  return Math.abs(Number(theirs['difference'])) <= document.stockToleranceUnits ? 'repair' : 'task';
}
