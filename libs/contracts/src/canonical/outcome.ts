// Law 4: a write to a vendor is applied, rejected or uncertain; never just "failed".
import { Choice, Flag, Integer, Many, One, Shape, Text } from '../field.js';
import { Money } from './money.js';

@Shape('What became of a write to a vendor.')
export class WriteOutcome {
  @Choice(['applied', 'rejected', 'uncertain'], {
    doc: 'applied: it is there; rejected: it is not and never will be as sent; uncertain: look it up before any retry.',
    example: 'applied' })
  outcome: 'applied' | 'rejected' | 'uncertain';

  @Text({ doc: 'Vendor\'s own id or number, when applied.', optional: true, max: 100, example: '1000001' })
  reference?: string;

  @Flag({ doc: 'True when it was found by look-up rather than written now.', optional: true })
  found?: boolean;

  @Text({ doc: 'Vendor\'s reason, when rejected.', optional: true, max: 1000 })
  reason?: string;

  @Text({ doc: 'How to look it up, when uncertain.', optional: true, max: 500 })
  lookUp?: string;
}

@Shape('Acknowledgement of a message taken in.')
export class Acknowledgement {
  @Flag({ doc: 'False when the same message had been taken in before.' })
  accepted: boolean;
}

@Shape('One invariant and whether it holds.')
export class Invariant {
  @Text({ doc: 'Name.', example: 'stock.reserved-equals-reservations' })
  name: string;

  @Text({ doc: 'What it says.', max: 500 })
  statement: string;

  @Flag({ doc: 'True when it holds now.' })
  holds: boolean;

  @Integer({ doc: 'Rows that break it.' })
  violations: number;

  @Text({ doc: 'First offenders.', optional: true, max: 2000 })
  examples?: string;
}

@Shape('Invariants of an API\'s own data.')
export class InvariantReport {
  @Many(() => Invariant, { doc: 'Invariants.', max: 200 })
  invariants: Invariant[];
}

@Shape('A payment at the provider.')
export class Payment {
  @Text({ doc: 'Order it pays.', max: 60 })
  orderId: string;

  @Text({ doc: 'Payment at the provider.', max: 100, optional: true })
  reference?: string;

  @Choice(['pending', 'authorised', 'captured', 'voided', 'refunded', 'partiallyRefunded', 'declined', 'uncertain'],
    { doc: 'State.' })
  state: string;

  @One(() => Money, { doc: 'Authorised.' })
  authorised: Money;

  @One(() => Money, { doc: 'Captured.' })
  captured: Money;

  @One(() => Money, { doc: 'Refunded.' })
  refunded: Money;

  @Text({ doc: 'Why it was declined.', optional: true, max: 500 })
  reason?: string;
}
