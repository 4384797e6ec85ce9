// What the run of an order starts with, the signals it listens to and the APIs it works with.
import type { Client } from '#client';
import type {
  Address, crmApi, erpApi, financeApi, inventoryApi, Money, OrderCustomer, Totals, warehouseApi,
} from '#contracts';

export const FULFIL_ORDER = 'fulfil-order';
/** Signals of the run: a fact of the warehouse, a released hold. */
export const FACT = 'fulfilment-fact';
export const HOLD_RELEASED = 'hold-released';
/** Supply was allocated to waiting units, or did not come in time; a substitute was accepted or declined. */
export const SUPPLIED = 'backorder-supplied';
export const OVERDUE = 'backorder-overdue';
export const ANSWERED = 'substitution-answered';

export interface FulfilOrderInput {
  readonly orderId: string;
  readonly orderNumber: string;
  readonly channel: string;
  /** Absent in runs from before it was needed. */
  readonly region?: string;
  readonly currency: string;
  readonly placedAt: string;
  readonly customer: OrderCustomer;
  readonly customerVerified: boolean;
  readonly shippingAddress?: Address;
  readonly reservationId: string;
  /** Version of the sourcing policy that chose the locations. */
  readonly policyVersion?: string;
  readonly totals: Totals;
  readonly holds: readonly { readonly id: string; readonly kind: string }[];
  readonly payment: { readonly method: string; readonly token?: string };
  readonly lines: readonly {
    readonly lineId: string;
    readonly sku: string;
    readonly quantity: number;
    readonly total: Money;
    /** In minor units, where units of the line do not all cost the same. */
    readonly paid?: readonly { readonly count: number; readonly minor: string }[];
    readonly method: string;
    readonly locationId: string;
    /** Of a bundle: what one consists of, by which the location picks and packs. */
    readonly components?: readonly { readonly sku: string; readonly quantity: number }[];
    readonly allowBackorder?: boolean;
    readonly allowSubstitution?: boolean;
  }[];
  /** From version 2: where the units are held, with the line of the reservation. */
  readonly parts?: readonly {
    readonly partId: string;
    readonly lineId: string;
    readonly sku: string;
    readonly quantity: number;
    readonly locationId: string;
  }[];
  /** Units that were short when the order was taken. */
  readonly unfilled?: readonly { readonly lineId: string; readonly sku: string; readonly quantity: number }[];
  /** Whether the order took of a coupon or budget. */
  readonly promoted?: boolean;
  readonly brand?: string;
  readonly shipComplete?: boolean;
}

/** Units for which supply was allocated. */
export interface SuppliedSignal {
  readonly backorderId: string;
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly reservationId: string;
  readonly parts: readonly { readonly partId: string; readonly quantity: number; readonly locationId: string }[];
}

/** Units whose time is up. */
export interface OverdueSignal {
  readonly backorderId: string;
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
}

export interface AnsweredSignal {
  readonly proposalId: string;
  readonly accepted: boolean;
  readonly by: string;
}

/** The APIs the run works with. */
export interface FulfilOrderClients {
  readonly crm: Client<typeof crmApi>;
  readonly erp: Client<typeof erpApi>;
  readonly finance: Client<typeof financeApi>;
  readonly inventory: Client<typeof inventoryApi>;
  readonly warehouse: Client<typeof warehouseApi>;
}
