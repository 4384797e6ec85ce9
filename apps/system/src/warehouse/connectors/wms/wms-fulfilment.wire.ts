// The 3PL's REST wire: its fulfilment order, the facts it announces, and its error body.
import type { FulfilmentState } from '../../fulfilment-order.entity.js';

export const ORDERS = '/wms/v1/fulfilment-orders';
export const WEBHOOKS = '/wms/v1/webhooks';
export const STOCK = '/wms/v1/stock';

export interface WmsFulfilmentOrder {
  readonly id: string;
  readonly externalId: string;
  readonly location: string;
  readonly method: string;
  readonly shipTo: Record<string, unknown>;
  readonly status: Exclude<FulfilmentState, 'rejected'>;
  readonly lines: readonly {
    readonly lineId: string; readonly sku: string; readonly quantity: number; readonly shipped?: number;
  }[];
  readonly updatedAt: string;
}

/** One page of its fulfilment orders. */
export interface WmsOrderPage {
  readonly fulfilmentOrders: readonly WmsFulfilmentOrder[];
  readonly next?: string;
}

/** One page of what it has, sellable units only. */
export interface WmsStockPage {
  readonly stock: readonly {
    readonly sku: string; readonly location: string; readonly onHand: number; readonly updatedAt?: string;
  }[];
  readonly next?: string;
}

export interface WmsFact {
  readonly id: string;
  /** `fulfilment-order.<status>` */
  readonly type: string;
  /** RFC 3339, UTC. */
  readonly occurredAt: string;
  readonly data: {
    /** Id at the warehouse. */
    readonly fulfilmentOrderId: string;
    /** Our id. */
    readonly externalId: string;
    readonly location: string;
    readonly lines: readonly {
      readonly lineId: string;
      readonly sku: string;
      readonly ordered: number;
      /** Units the fact is about. */
      readonly quantity: number;
      readonly shortReason?: string;
    }[];
    readonly shipment?: { readonly id: string; readonly carrier?: string; readonly trackingNumber?: string };
    readonly reason?: string;
  };
}

export interface WmsErrorBody {
  readonly error?: { readonly code: string; readonly message: string; readonly fields?: readonly string[] };
}

/** A verified message as a fact; undefined when it is none that we can read. */
export function readFact(message: unknown): WmsFact | undefined {
  const { id, type, occurredAt, data } = (message ?? {}) as Partial<WmsFact>;
  const usable = typeof id === 'string' && typeof type === 'string' && !Number.isNaN(Date.parse(occurredAt ?? ''))
    && typeof data?.externalId === 'string' && typeof data.location === 'string' && Array.isArray(data.lines)
    && data.lines.every((line) => typeof line?.lineId === 'string' && typeof line.sku === 'string'
      && Number.isInteger(line.quantity) && line.quantity >= 0);
  return usable ? message as WmsFact : undefined;
}
