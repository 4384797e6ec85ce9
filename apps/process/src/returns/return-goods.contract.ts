// What the run of a return starts with, the signals it listens to and the APIs it works with.
import type { Client } from '#client';
import type {
  Address, erpApi, financeApi, inventoryApi, OrderCustomer, ordersApi, warehouseApi,
} from '#contracts';
import type { Report } from './custody-book.policy.js';
import type { GradeRule } from './return-policy-document.policy.js';

export const RETURN_GOODS = 'return-goods';
export const MEND_REFUND = 'mend-refund';
/** Signals of the run: goods have moved. */
export const MOVED = 'goods-moved';

/** A unit with what was paid for it, in minor units as text: bigints do not travel as JSON. */
export interface ReturnUnitInput {
  readonly lineId: string;
  readonly sku: string;
  readonly unit: number;
  readonly reason: string;
  readonly amount: string;
  readonly tax: string;
  readonly fee: string;
  readonly feeTax: string;
  readonly fault: boolean;
}

export interface ReturnGoodsInput {
  readonly returnId: string;
  readonly returnNumber: string;
  readonly orderId: string;
  readonly erpOrder?: string;
  readonly customer: OrderCustomer;
  readonly currency: string;
  readonly method: string;
  readonly refundAt: string;
  readonly returnTo?: string;
  readonly sender?: Address;
  readonly units: readonly ReturnUnitInput[];
  readonly grades: Readonly<Record<string, GradeRule>>;
  readonly defaultGrade: string;
  readonly returnWithinMs: number;
  readonly inspectWithinMs: number;
  readonly onRefundFailure: 'storeCredit' | 'task';
  /** How many units of each line were delivered, to give claims back. */
  readonly deliverable: Readonly<Record<string, number>>;
  readonly exchange?: {
    readonly brand: string;
    readonly region: string;
    readonly channel: string;
    readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
    readonly token?: string;
  };
}

/** A report that goods have moved, as the run receives it. */
export type MovedSignal = Report;

/** A refund that came back after it had been paid. */
export interface MendRefundInput {
  readonly returnId: string;
  readonly orderId: string;
  readonly fact: string;
  readonly amount: string;
  readonly currency: string;
  readonly customerId?: string;
  readonly reason: string;
  /** How the policy settles it. */
  readonly fallback: 'storeCredit' | 'task';
}

/** The APIs the runs work with. */
export interface ReturnClients {
  readonly erp: Client<typeof erpApi>;
  readonly finance: Client<typeof financeApi>;
  readonly inventory: Client<typeof inventoryApi>;
  readonly orders: Client<typeof ordersApi>;
  readonly warehouse: Client<typeof warehouseApi>;
}
