// What the run that mends a difference is started with, and what it can be told.
import type { Client } from '#client';
import type {
  crmApi, erpApi, financeApi, inventoryApi, ordersApi,
} from '#contracts';

export const MEND_DIFFERENCE = 'mend-difference';
/** A later comparison did not find it any more. */
export const VANISHED = 'difference-vanished';

/** A type, not an interface: it is the input of a run, which is JSON. */
export type MendDifferenceInput = {
  differenceId: string;
  kind: string;
  key: string;
  orderId: string | null;
  ours: Record<string, unknown>;
  theirs: Record<string, unknown>;
  rule: 'repair' | 'task';
  owner: string;
  dueMs: number;
  minutesPerTouch: number;
};

export interface MendClients {
  readonly crm: Client<typeof crmApi>;
  readonly erp: Client<typeof erpApi>;
  readonly finance: Client<typeof financeApi>;
  readonly inventory: Client<typeof inventoryApi>;
  readonly orders: Client<typeof ordersApi>;
}

/** What a person answered on the desk. */
export const REPAIR_ACTION = 'retry';
export const ACCEPT_ACTION = 'skip';
