// Statuses are derived: whatever happens to the counters, the axes say what they add up to and never contradict them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { LineCounters } from '#contracts';
import { deriveAxes, deriveStatus, mayBeCancelled, type OrderFacts } from './order.states.js';

const none: LineCounters = {
  ordered: 2,
  cancelled: 0,
  backordered: 0,
  reserved: 2,
  released: 0,
  picked: 0,
  packed: 0,
  shipped: 0,
  delivered: 0,
  returnRequested: 0,
  received: 0,
  restocked: 0,
  scrapped: 0,
  refunded: 0,
};
const unpaid = { authorised: 0n, captured: 0n, refunded: 0n, voided: false, failed: false };

function facts(lines: Partial<LineCounters>[], rest: Partial<OrderFacts> = {}): OrderFacts {
  return {
    lines: lines.map((line) => ({ ...none, ...line })),
    openHolds: 0,
    inErp: true,
    cancelled: false,
    completed: false,
    payment: unpaid,
    ...rest,
  };
}

const statusOf = (given: OrderFacts) => deriveStatus(deriveAxes(given));

/**
 * Counters as they can come about: released from reserved, then picked, packed, shipped and delivered in that order.
 */
const history = fc
  .record({
    ordered: fc.integer({ min: 1, max: 5 }),
    moves: fc.array(fc.constantFrom('release', 'pick', 'pack', 'ship', 'deliver', 'cancel'), { maxLength: 30 }),
  })
  .map(({ ordered, moves }) =>
    moves.reduce(
      (line, move) => {
        switch (move) {
          case 'release':
            return line.reserved > 0 ? { ...line, reserved: line.reserved - 1, released: line.released + 1 } : line;
          case 'pick':
            return line.picked < line.released ? { ...line, picked: line.picked + 1 } : line;
          case 'pack':
            return line.packed < line.picked ? { ...line, packed: line.packed + 1 } : line;
          case 'ship':
            return line.shipped < line.packed ? { ...line, shipped: line.shipped + 1 } : line;
          case 'deliver':
            return line.delivered < line.shipped ? { ...line, delivered: line.delivered + 1 } : line;
          default:
            return line.reserved > 0 ? { ...line, reserved: line.reserved - 1, cancelled: line.cancelled + 1 } : line;
        }
      },
      { ...none, ordered, reserved: ordered },
    ),
  );

describe('order states', () => {
  it('tell the story of an order in words for people', () => {
    assert.equal(statusOf(facts([{}], { inErp: false })), 'received');
    assert.equal(statusOf(facts([{}])), 'accepted');
    assert.equal(statusOf(facts([{}], { openHolds: 1 })), 'onHold');
    assert.equal(statusOf(facts([{ reserved: 0, released: 2 }])), 'inFulfilment');
    assert.equal(
      statusOf(facts([{ reserved: 0, released: 2, picked: 2, packed: 2, shipped: 2 }, {}])),
      'partiallyShipped',
    );
    assert.equal(statusOf(facts([{ reserved: 0, released: 2, picked: 2, packed: 2, shipped: 2 }])), 'shipped');
    assert.equal(statusOf(facts([{ cancelled: 2, reserved: 0 }], { cancelled: true })), 'cancelled');
  });

  it('never call an order shipped while live units have not left', () => {
    fc.assert(
      fc.property(fc.array(history, { minLength: 1, maxLength: 5 }), (lines) => {
        const { fulfilment } = deriveAxes(facts(lines));
        const live = lines.filter((line) => line.ordered > line.cancelled);
        const left = live.every((line) => line.shipped === line.ordered - line.cancelled);
        assert.equal(fulfilment === 'shipped' || fulfilment === 'delivered', live.length > 0 && left);
        assert.equal(fulfilment === 'cancelled', live.length === 0);
      }),
    );
  });

  it('let an order be cancelled until something is picked', () => {
    fc.assert(
      fc.property(
        fc.array(history, { minLength: 1, maxLength: 5 }),
        (lines) => mayBeCancelled(facts(lines)) === lines.every((line) => line.picked === 0),
      ),
    );
    assert.equal(mayBeCancelled(facts([{}], { cancelled: true })), false);
  });

  it('derive the payment axis from amounts', () => {
    const payment = (change: object) => deriveAxes(facts([{}], { payment: { ...unpaid, ...change } })).payment;
    assert.equal(payment({}), 'pending');
    assert.equal(payment({ authorised: 10n }), 'authorised');
    assert.equal(payment({ authorised: 10n, captured: 4n }), 'partiallyCaptured');
    assert.equal(payment({ authorised: 10n, captured: 10n }), 'captured');
    assert.equal(payment({ authorised: 10n, captured: 10n, refunded: 4n }), 'partiallyRefunded');
    assert.equal(payment({ authorised: 10n, voided: true }), 'voided');
    assert.equal(payment({ failed: true }), 'failed');
  });
});
