// How an order's derived states read and which tone they carry, the same in the list and in the journey.
import type { Order } from '../api/apis';
import type { Tone } from '../shell/tone-badge';
import { words } from '../format';

const STATUS_TONES: Record<Order['status'], Tone> = {
  received: 'busy',
  onHold: 'doubt',
  accepted: 'busy',
  inFulfilment: 'busy',
  partiallyShipped: 'busy',
  shipped: 'busy',
  delivered: 'good',
  completed: 'good',
  cancelled: 'quiet',
};

const PAYMENT_TONES: Partial<Record<Order['axes']['payment'], Tone>> = {
  captured: 'good',
  authorised: 'busy',
  partiallyCaptured: 'busy',
  failed: 'bad',
};

export const statusTone = (order: Order): Tone => STATUS_TONES[order.status];
export const paymentTone = (state: Order['axes']['payment']): Tone => PAYMENT_TONES[state] ?? 'quiet';

/** True while something is still going to happen by itself. */
export const isOpen = (order: Order): boolean => order.status !== 'completed' && order.status !== 'cancelled';

/** Number of the order in the ERP, once it is there. */
export const erpNumber = (order: Order): string | undefined =>
  order.references.find(({ system }) => system === 'sap' || system === 'erp')?.id;

export const customerName = (order: Order): string =>
  order.customer.name ?? order.customer.customerId ?? order.customer.email ?? 'Guest';

/** The axes that say more than the status does, in words. */
export function axesOf(order: Order): { axis: string; value: string }[] {
  const { fulfilment, payment, returnCustody, returnMoney } = order.axes;
  const always = [{ axis: 'Fulfilment', value: words(fulfilment) }, { axis: 'Payment', value: words(payment) }];
  const returns = [
    { axis: 'Return', value: returnCustody === 'none' ? '' : words(returnCustody) },
    { axis: 'Return money', value: returnMoney === 'none' ? '' : words(returnMoney) },
  ];
  return [...always, ...returns.filter(({ value }) => value !== '')];
}

export const unitsOf = (order: Order): number => order.lines.reduce((sum, line) => sum + line.quantity, 0);
