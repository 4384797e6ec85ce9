// The dated changes inside storefront v1: what a shop that was built before them must not notice.
import type { Gate } from '#governance';

type Body = Record<string, unknown>;

/** Words of a line's status that came with a revision, and the word of before. */
const OLDER_STATUS: Readonly<Record<string, string>> = { packed: 'inFulfilment' };

export const storefrontGates: readonly Gate[] = [{
  date: '2026-11-24',
  change: 'A line that is packed and waits for its carrier says `packed` instead of `inFulfilment`; what an order '
    + 'waits for is told as `hold` with reason and time instead of the text `holdReason`.',
  operations: ['placeOrder', 'getOrder', 'cancelOrder', 'extendPickup', 'convertPickup'],
  answer: beforeHolds,
}];

/** An order as revision 2026-11-23 shows it. */
function beforeHolds({ hold, lines, ...order }: Body): Body {
  return {
    ...order,
    lines: (lines as Body[]).map(({ status, ...line }) =>
      ({ ...line, status: OLDER_STATUS[status as string] ?? status })),
    ...(hold ? { holdReason: (hold as Body)['reason'] } : {}),
  };
}
