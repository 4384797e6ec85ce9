// What a chaos scenario is: a named fault, a size and a play. And what most of them share: a house of real processes,
// buyers who do not give up, an attack beside them, a watcher that looks at every moment, and at the end the checker.
import { setTimeout as pause } from 'node:timers/promises';
import { HouseProcesses, type OwnProcess, type ProcessOptions } from '#testing';
import { check, type Verdict } from './checker.js';
import { comeToRest, gather, type Evidence } from './evidence.js';
import { accepted, newOrder, placeAll, type Attempt } from './traffic.js';
import { watch } from './watch.js';

/** A scenario that cannot be played on this machine; the message says why. */
export class Skipped extends Error {}

/** How and how large a scenario is played. */
export interface Stage {
  readonly seed: number;
  /** Numbers in [0, 1), always the same for one seed. */
  readonly random: () => number;
  say(text: string): void;
  /** A full size scaled down, but not below `least`. */
  sized(full: number, least?: number): number;
}

export interface Outcome {
  /** What was done and seen, in the order of the report. */
  readonly counts: Readonly<Record<string, number | string>>;
  readonly verdicts: readonly Verdict[];
  /** What is wrong beside the laws. */
  readonly complaints: readonly string[];
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** What is done to the house, in full size. */
  readonly fault: string;
  play(stage: Stage): Promise<Outcome>;
}

/** What an attack sees of the traffic. */
export interface Scene {
  readonly house: HouseProcesses;
  readonly stage: Stage;
  /** Orders that the attack itself placed. */
  readonly told: Attempt[];
  /** Counts a fault under this name. */
  struck(name: string, times?: number): void;
  /** Resolves when this share of the orders is answered. @throws Error when the play has failed meanwhile */
  until(share: number): Promise<void>;
}

export interface Drama {
  readonly orders: number;
  readonly buyers?: number;
  /** Share of the accepted orders that their buyers cancel soon after. */
  readonly cancelled?: number;
  readonly house?: ProcessOptions;
  /** Before the first order. */
  readonly begin?: (house: HouseProcesses) => Promise<void>;
  /** Beside the orders; what it broke must be whole again when it resolves. */
  readonly attack: (scene: Scene) => Promise<void>;
  /** After all has come to rest: what is wrong beside the laws. */
  readonly end?: (evidence: Evidence, scene: Scene) => Promise<readonly string[]> | readonly string[];
  readonly restMs?: number;
}

const BUYERS = 24;
const POLL_MS = 50;
/** Pause between two steps of the sandbox warehouse. */
const WAREHOUSE_STEP_MS = 50;
const REST_MS = 120_000;
const ATTACK_MAX_MS = 600_000;
const SETTLE_MS = 2_000;

/** Plays a drama from an empty house to the verdicts. */
export async function play(stage: Stage, drama: Drama): Promise<Outcome> {
  const house = await HouseProcesses.start(drama.house);
  const faults = new Map<string, number>();
  let answered = 0;
  let over = false;
  let attack: Promise<unknown> | undefined;
  const scene: Scene = {
    house, stage, told: [],
    struck: (name, times = 1) => {
      faults.set(name, (faults.get(name) ?? 0) + times);
      stage.say(`${name} (${answered} of ${drama.orders} orders answered)`);
    },
    until: async (share) => {
      const deadline = Date.now() + ATTACK_MAX_MS;
      while (answered < share * drama.orders && Date.now() < deadline) {
        if (over) throw new Error('The play is over');
        await pause(POLL_MS);
      }
    },
  };
  const watcher = watch(house);
  try {
    await house.control('PUT', 'wms/behaviour', { stepDelayMs: WAREHOUSE_STEP_MS });
    await drama.begin?.(house);
    const startedAt = Date.now();
    attack = drama.attack(scene).then(() => undefined, (error: unknown) => error);
    const orders = Array.from({ length: drama.orders }, () => newOrder(stage.random));
    const cancels = new Set(orders.filter(() => stage.random() < (drama.cancelled ?? 0)));
    const pending: Promise<unknown>[] = [];
    const buyers = drama.buyers ?? BUYERS;
    const answer = (count: number, { key, body, reply }: Attempt): void => {
      answered = count;
      if (!cancels.has(body) || reply.status >= 300) return;
      const cancel = cancelOrder(house, String(reply.body.id), key);
      // Heard of below; one that fails before that must not end the process.
      cancel.catch(() => undefined);
      pending.push(cancel);
    };
    const attempts = await placeAll(house.as('storefront-demo'), orders, buyers, `chaos-${stage.seed}`, answer);
    const takenMs = Date.now() - startedAt;
    await Promise.all(pending);
    const failed = await attack;
    if (failed !== undefined) throw failed;
    stage.say(`all orders answered after ${(takenMs / 1000).toFixed(1)} s; coming to rest`);
    await comeToRest(house, drama.restMs ?? REST_MS);
    const seen = await watcher.stop();
    const evidence = await gather(house, [...attempts, ...scene.told]);
    const more = await drama.end?.(evidence, scene) ?? [];
    const questions = [...evidence.orders.values()].flatMap((order) => order.questions);
    for (const [question, same] of Map.groupBy(questions, (text) => text)) stage.say(`${same.length} × ${question}`);
    const missing = drama.orders - accepted(attempts).length;
    return {
      counts: { ...countsOf(evidence), ...Object.fromEntries(faults), ...seen.counts },
      verdicts: [...await check(evidence), ...seen.verdicts],
      complaints: [...(missing === 0 ? [] : [`${missing} orders were not accepted`]), ...more],
    };
  } finally {
    // An attack that goes on would start processes of a house that is being closed.
    over = true;
    await attack;
    await watcher.stop();
    await house.close();
  }
}

/** What the report says of the orders. */
export function countsOf({ orders, attempts, sap, events }: Evidence): Record<string, number> {
  const rows = [...orders.values()];
  const having = (status: string): number => rows.filter((row) => row.status === status).length;
  return {
    'orders accepted': accepted(attempts).length, completed: having('completed'), cancelled: having('cancelled'),
    'in task or on hold': rows.filter(({ openTasks, openHolds }) => openTasks + openHolds > 0).length,
    'ERP orders': sap.records.orders.length, events,
  };
}

/** Asks for a cancel as a buyer does; an order that is too far on may be refused. */
export async function cancelOrder(house: HouseProcesses, id: string, key: string): Promise<number> {
  const path = `/storefront/v1/orders/${id}/cancel`;
  return (await house.as('storefront-demo').insist(path, { reason: 'customerRequest' }, `cancel-${key}`)).status;
}

/** What a vendor says that it did wrong so far. */
export async function faultsApplied({ house, struck }: Scene, vendor: string): Promise<void> {
  const { faultsApplied: applied } = await house.vendor(vendor) as { faultsApplied?: Record<string, number> };
  for (const [name, times] of Object.entries(applied ?? {})) struck(`${vendor} ${name}`, times);
}

/** Leaves the faults of these vendors on until all orders are answered and a little longer; then they are well. */
export async function settleFaults(scene: Scene, ...vendors: string[]): Promise<void> {
  await scene.until(1);
  await pause(SETTLE_MS);
  for (const vendor of vendors) {
    await faultsApplied(scene, vendor);
    await scene.house.faults(vendor);
  }
}

/** SIGSTOP of a gateway, and SIGCONT after a moment of chance. */
export async function standStill(
  { stage, struck }: Scene, gateway: OwnProcess, name: string, fromMs: number, toMs: number,
): Promise<void> {
  gateway.freeze();
  struck(name);
  await moment(stage, fromMs, toMs);
  gateway.thaw();
}

/** Waits a moment of chance between two bounds. */
export function moment({ random }: Stage, fromMs: number, toMs: number): Promise<void> {
  return pause(fromMs + random() * (toMs - fromMs));
}
