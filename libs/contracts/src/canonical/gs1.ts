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
