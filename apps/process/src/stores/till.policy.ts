// What a till's transactions mean for stock: pure functions. A fact's id follows from its transaction and SKU, so that
// the till and the store's app may both report one return, and the units count once.
import type { NewStoreReturn, PosTransaction } from '#contracts';

/** A fact about stock that follows from what happened at a store. */
export interface StoreFactRow {
  readonly fact: string;
  readonly sku: string;
  readonly storeId: string;
  readonly origin: string;
  readonly reason: string;
  readonly quantity: number;
  readonly occurredAt: string;
}

/** A transaction whose items are known as SKUs. */
export type KnownTransaction = PosTransaction & { readonly storeId: string };

const SALE = 'pos-sale';
const RETURN = 'pos-return';

/** What a sale or return does to stock, lines of one SKU summed; nothing for void and noSale. */
export function effectsOf({ storeId, transactionId, kind, occurredAt, lines }: KnownTransaction): StoreFactRow[] {
  if (kind !== 'sale' && kind !== 'return') return [];
  const reason = kind === 'sale' ? SALE : RETURN;
  return [...unitsBySku(lines)].map(([sku, quantity]) =>
    ({ fact: posFact(storeId, transactionId), sku, storeId, origin: transactionId, reason, quantity, occurredAt }));
}

/** What taking a transaction back does to stock, as of the moment it was taken back. */
export function reversalOf(
  undone: KnownTransaction, taken: Pick<KnownTransaction, 'transactionId' | 'occurredAt'>,
): StoreFactRow[] {
  return effectsOf(undone).map((row) => ({
    // By what is taken back, so that two voids of one sale count once.
    ...row, fact: `${posFact(row.storeId, undone.transactionId)}:void`, origin: taken.transactionId,
    occurredAt: taken.occurredAt, reason: row.reason === SALE ? RETURN : SALE,
  }));
}

/** What goods brought back do to stock: all come back, and damaged ones are set aside. */
export function returnEffects(
  id: string, storeId: string, items: readonly (NewStoreReturn['items'][number] & { sku: string })[],
  occurredAt: string, posTransactionId: string | undefined,
): StoreFactRow[] {
  const fact = posTransactionId === undefined ? id : posFact(storeId, posTransactionId);
  const back = [...unitsBySku(items.map(({ sku, quantity }) => ({ item: sku, quantity })))].map(([sku, quantity]) =>
    ({ fact, sku, storeId, origin: id, reason: RETURN, quantity, occurredAt }));
  const damaged = items.filter(({ condition }) => condition === 'damaged');
  const aside = [...unitsBySku(damaged.map(({ sku, quantity }) => ({ item: sku, quantity })))].map(([sku, quantity]) =>
    ({ fact: `${id}:damaged`, sku, storeId, origin: id, reason: 'damage', quantity, occurredAt }));
  return [...back, ...aside];
}

const posFact = (storeId: string, transactionId: string): string => `pos:${storeId}:${transactionId}`;

function unitsBySku(lines: readonly { readonly item: string; readonly quantity: number }[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const { item, quantity } of lines) units.set(item, (units.get(item) ?? 0) + quantity);
  return units;
}
