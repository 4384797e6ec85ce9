// GS1 keys (GTIN of an item, GLN of a place) end in a check digit; it is worked out and checked here for everyone.

/** Check digit of a GS1 key given without it: weights 3, 1 from the right (GS1 General Specifications, section 7.9). */
export function gs1CheckDigit(digits: string): string {
  if (!/^\d{7,17}$/.test(digits)) throw new RangeError(`${digits} is not the body of a GS1 key (7 to 17 digits)`);
  const total = [...digits].reverse().reduce((sum, digit, place) => sum + Number(digit) * (place % 2 === 0 ? 3 : 1), 0);
  return String((10 - (total % 10)) % 10);
}

/** True for a GTIN-8/12/13/14, GLN or SSCC whose check digit is right. */
export function isGs1Key(key: string): boolean {
  return /^\d{8,18}$/.test(key) && gs1CheckDigit(key.slice(0, -1)) === key.at(-1);
}

const GTIN_LENGTHS = new Set([8, 12, 13, 14]);
const GTIN_14 = 14;
/** Of a GS1 Digital Link, the GTIN: application identifier 01, or its convenience word, then the key. */
const DIGITAL_LINK = /^https?:\/\/[^/?#\s]+(?:\/[^?#\s]*)?\/(?:01|gtin)\/(\d{8,14})(?:[/?#].*)?$/i;

/** The GTIN in 14 digits that a scanned code holds; undefined when it is none or was misread. */
export function gtinOf(code: string): string | undefined {
  const digits = DIGITAL_LINK.exec(code.trim())?.[1] ?? code.trim();
  return GTIN_LENGTHS.has(digits.length) && isGs1Key(digits) ? digits.padStart(GTIN_14, '0') : undefined;
}
