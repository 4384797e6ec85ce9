// Finds the SKU behind what a scanner or a person gives: a SKU, or a GTIN whose check digit is right.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { isGs1Key, Problem, problems, productApi, type CallContext } from '#contracts';

/** A scanned barcode: digits only, of a GTIN's length. */
const DIGITS = /^\d+$/;
const GTIN = /^(\d{8}|\d{12,14})$/;
const GTIN_13 = 13;
const GTIN_SYSTEM = 'gtin';

@Injectable()
export class ItemReader {
  constructor(private readonly clients: Clients) {}

  /**
   * SKU by item, in the order asked; undefined for a barcode nobody knows.
   * @throws Problem unprocessable for a barcode that was misread
   */
  async skusOf(items: readonly string[], pointer: (index: number) => string, call: CallContext):
  Promise<(string | undefined)[]> {
    const misread = items.flatMap((item, index) => (isMisread(item) ? [index] : []));
    if (misread.length > 0) {
      throw new Problem(problems.unprocessable, {
        detail: 'A barcode was misread: its check digit is wrong.',
        errors: misread.map((index) => ({ pointer: pointer(index), detail: `${items[index]} is not a GTIN.` })),
      });
    }
    const codes = [...new Set(items.filter((item) => DIGITS.test(item)))];
    if (codes.length === 0) return [...items];
    const references = codes.map((code) => ({ system: GTIN_SYSTEM, id: toGtin13(code) }));
    const resolved = await this.clients.of(productApi).resolveItems({ body: { references } }, call);
    const skus = new Map(codes.map((code, index) => [code, resolved.items[index]?.sku]));
    return items.map((item) => (DIGITS.test(item) ? skus.get(item) : item));
  }

  /** As above; an unknown barcode is refused. */
  async knownSkusOf(items: readonly string[], pointer: (index: number) => string, call: CallContext):
  Promise<string[]> {
    const skus = await this.skusOf(items, pointer, call);
    const unknown = skus.flatMap((sku, index) => (sku === undefined ? [index] : []));
    if (unknown.length === 0) return skus as string[];
    throw new Problem(problems.unprocessable, {
      detail: 'Nobody knows a barcode.',
      errors: unknown.map((index) => ({ pointer: pointer(index), detail: `No product has GTIN ${items[index]}.` })),
    });
  }
}

export function isMisread(item: string): boolean {
  return DIGITS.test(item) && !(GTIN.test(item) && isGs1Key(item));
}

/** The same item in 13 digits; a GTIN-14 of a case (indicator 1 to 9) stays what it is. */
export function toGtin13(code: string): string {
  return code.length <= GTIN_13 ? code.padStart(GTIN_13, '0') : code.replace(/^0/, '');
}
