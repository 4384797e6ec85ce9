// The gateway dies in mid-flight, twice: once while orders pour in, once while the accepted ones are worked off. Buyers
// try again with the same key, the gateway is started again, and at the end the checker judges.
import { setTimeout as pause } from 'node:timers/promises';
import { HouseProcesses } from '#testing';
import { check, type Verdict } from './checker.js';
import { comeToRest, gather, moving } from './evidence.js';
import { accepted, newOrder, placeAll, seeded } from './traffic.js';

export interface KillPlan {
  readonly orders: number;
  readonly buyers: number;
  readonly seed: number;
  /** Milliseconds the accepted orders may take until all is quiet. */
  readonly restMs: number;
}

export interface KillReport {
  readonly accepted: number;
  readonly killedAt: readonly string[];
  readonly takeOrdersMs: number;
  readonly comeToRestMs: number;
  readonly verdicts: readonly Verdict[];
}

/** Pause between two steps of the sandbox warehouse. */
const WAREHOUSE_STEP_MS = 100;
const FULFILMENT_POLL_MS = 50;

export async function killGateway(plan: KillPlan, say: (text: string) => void): Promise<KillReport> {
  const random = seeded(plan.seed);
  const house = await HouseProcesses.start();
  try {
    await house.control('PUT', 'wms/behaviour', { stepDelayMs: WAREHOUSE_STEP_MS });
    const [gateway] = house.gateways as [typeof house.gateways[number]];
    const killedAt: string[] = [];
    const kill = async (when: string): Promise<void> => {
      killedAt.push(when);
      say(`kill -9 (${when})`);
      await gateway.kill();
      await gateway.start();
    };
    const firstKill = Math.ceil(plan.orders * (0.2 + 0.5 * random()));
    let restart = Promise.resolve();
    const startedAt = Date.now();
    const orders = Array.from({ length: plan.orders }, () => newOrder(random));
    const attempts = await placeAll(house.as('storefront-demo'), orders, plan.buyers, `kill-${plan.seed}`, (count) => {
      if (count === firstKill) restart = kill(`${count} of ${plan.orders} orders answered`);
    });
    await restart;
    const takenAt = Date.now();
    await untilFulfilled(house, Math.floor(accepted(attempts).length * (0.1 + 0.4 * random())), plan.restMs);
    const { runs, waiting } = await moving(house);
    await kill(`all orders taken, ${runs + waiting} still on their way`);
    await comeToRest(house, plan.restMs);
    const restedAt = Date.now();
    return {
      accepted: accepted(attempts).length, killedAt, takeOrdersMs: takenAt - startedAt,
      comeToRestMs: restedAt - takenAt, verdicts: await check(await gather(house, attempts)),
    };
  } finally {
    await house.close();
  }
}

/** Waits until so many orders are complete, for the second kill must find some done and some not. */
async function untilFulfilled(house: HouseProcesses, count: number, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const [done] = await house.storage.database.query<{ count: number }>(
      'select count(*)::int as count from orders."order" where completed_at is not null');
    if (done!.count >= count) return;
    await pause(FULFILMENT_POLL_MS);
  }
  throw new Error(`Fewer than ${count} orders were complete after ${timeoutMs / 1000} s`);
}
