// Money must neither appear nor vanish: exact digits per currency, shares that stay within their whole.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fromMinor, includedTax, share, sum, toMinor } from './money.js';

const minor = fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n });
const positive = fc.bigInt({ min: 0n, max: 10n ** 14n });
const currency = fc.constantFrom('EUR', 'USD', 'JPY', 'KWD');
const rate = fc.integer({ min: 0, max: 9_999 }).map((parts) => `0.${String(parts).padStart(4, '0')}`);

describe('money', () => {
  it('has the digits of its currency', () => {
    assert.deepEqual(fromMinor(1234n, 'EUR'), { amount: '12.34', currency: 'EUR' });
    assert.deepEqual(fromMinor(-5n, 'KWD'), { amount: '-0.005', currency: 'KWD' });
    assert.deepEqual(fromMinor(1234n, 'JPY'), { amount: '1234', currency: 'JPY' });
    assert.equal(toMinor({ amount: '12.3', currency: 'EUR' }), 1230n);
    assert.throws(() => toMinor({ amount: '12.345', currency: 'EUR' }), /2 decimal digits/);
    assert.throws(() => toMinor({ amount: '1.5', currency: 'JPY' }), /0 decimal digits/);
  });

  it('survives the way out and back', () => {
    fc.assert(fc.property(minor, currency, (amount, code) => toMinor(fromMinor(amount, code)) === amount));
  });

  it('adds up exactly and refuses to mix currencies', () => {
    fc.assert(
      fc.property(fc.array(minor, { maxLength: 20 }), currency, (amounts, code) => {
        const total = sum(
          amounts.map((amount) => fromMinor(amount, code)),
          code,
        );
        return toMinor(total) === amounts.reduce((a, b) => a + b, 0n);
      }),
    );
    assert.throws(() => sum([fromMinor(1n, 'USD')], 'EUR'), /cannot add USD to EUR/);
  });

  it('rounds a share half away from zero and never above its whole', () => {
    assert.equal(share(5n, '0.5'), 3n);
    assert.equal(share(-5n, '0.5'), -3n);
    fc.assert(fc.property(positive, rate, (whole, part) => share(whole, part) >= 0n && share(whole, part) <= whole));
  });

  it('finds the tax contained in a gross amount', () => {
    assert.equal(includedTax(11_900n, '0.19'), 1_900n);
    fc.assert(
      fc.property(positive, rate, (gross, part) => {
        const net = gross - includedTax(gross, part);
        const again = net + share(net, part);
        return again - gross <= 1n && gross - again <= 1n;
      }),
    );
  });
});
