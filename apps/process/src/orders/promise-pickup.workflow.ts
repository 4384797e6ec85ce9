// What the order's run does beside releasing lines to a store: it promises the pickup by the store's hours, gives the
// customer a code, and starts the run that follows the pickup until somebody has come for it.
import { createHash, randomInt } from 'node:crypto';
import { Problem, problems, type LineQuantity, type PickupReminder, type StoreHandling } from '#contracts';
import { recordJourney } from '#events';
import { sendSignal, startOf, startRun, type Run } from '#workflow';
import {
  FOLLOW_PICKUP, FOLLOW_PICKUP_VERSION, PICKUP_ENDED, type EndedSignal, type FollowPickupInput,
} from './follow-pickup.contract.js';
import type { FulfilOrderClients, FulfilOrderInput } from './fulfil-order.contract.js';
import { newPickups } from './pickup.writer.js';
import { callFor, vendor } from './system-calls.policy.js';

/** Codes have six digits: people read them out at a counter, where few guesses are allowed. */
const CODES = 1_000_000;
const CODE_DIGITS = 6;

export interface Release {
  /** Fulfilment order. */
  readonly id: string;
  readonly locationId: string;
  readonly method: string;
  readonly lines: readonly LineQuantity[];
}

interface Promised {
  readonly code: string;
  readonly readyBy: string;
  readonly reminders: readonly PickupReminder[];
  readonly settingsVersion: number;
}

/** What people at the location must know; for a pickup this promises it first. */
export async function handlingOf(
  run: Run, order: FulfilOrderInput, warehouse: FulfilOrderClients['warehouse'], release: Release,
): Promise<StoreHandling> {
  const { orderNumber, customer: { name: customerName } } = order;
  const handling: StoreHandling = { orderNumber, ...(customerName === undefined ? {} : { customerName }) };
  if (release.method !== 'pickup') return handling;
  const promised = await promise(run, order, warehouse, release);
  if (!promised) return handling;
  const codeHash = createHash('sha256').update(promised.code).digest('hex');
  return { ...handling, codeHash, readyBy: promised.readyBy };
}

/** Null when the location is no store of ours: its system alone says when something is ready. */
function promise(
  run: Run, order: FulfilOrderInput, warehouse: FulfilOrderClients['warehouse'], release: Release,
): Promise<Promised | null> {
  const { id, locationId: storeId } = release;
  return run.step<Promised | null>(`promise pickup at ${storeId}`, {
    do: (attempt) => vendor(async () => {
      try {
        const store = await warehouse.getStore({ params: { storeId } }, callFor(run, order, attempt));
        const { readyBy, settings: { reminders }, settingsVersion } = store;
        return { code: newCode(), readyBy, reminders, settingsVersion };
      } catch (error) {
        if (error instanceof Problem && error.type === problems.notFound) return null;
        throw error;
      }
    }),
    writes: (unit, promised) => {
      if (!promised) return;
      const { readyBy, reminders, settingsVersion, code } = promised;
      const { orderId } = order;
      const lineIds = release.lines.map(({ lineId }) => lineId);
      const input: FollowPickupInput = {
        pickupId: id, orderId, locationId: storeId, lineIds, readyBy, reminders, settingsVersion,
      };
      unit.add(newPickups, { id, orderId, locationId: storeId, lineIds, code, readyBy });
      unit.add(startRun, startOf({ kind: FOLLOW_PICKUP, version: FOLLOW_PICKUP_VERSION }, id, input));
      recordJourney(unit, {
        subject: orderId, kind: 'decision', system: 'throughline', name: 'promisePickup', outcome: 'promised',
        reason: `Ready by opening hours and preparation time of ${storeId}`,
        detail: { pickupId: id, readyBy, settingsVersion },
      });
    },
    undoWrites: (unit, promised) => {
      if (!promised) return;
      const payload: EndedSignal = { as: 'cancelled', at: new Date().toISOString(), reason: 'order cancelled' };
      unit.add(sendSignal, { runId: id, name: PICKUP_ENDED, key: 'order-cancelled', payload });
    },
  });
}

const newCode = (): string => String(randomInt(CODES)).padStart(CODE_DIGITS, '0');
