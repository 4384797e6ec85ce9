// What a chaos scenario is: a named fault, a size and a play. And what most of them share: a house of real processes,
// buyers who do not give up, an attack beside them, a watcher that looks at every moment, and at the end the checker.
import { setTimeout as pause } from 'node:timers/promises';
import { HouseProcesses, type ProcessOptions } from '#testing';
import { check, type Verdict } from './checker.js';
import { comeToRest, gather, type Evidence } from './evidence.js';
import { accepted, newOrder, placeAll, type Attempt } from './traffic.js';
import { watch } from './watch.js';

/** A scenario that cannot be played on this machine; the message says why. */
export class Skipped extends Error {}

/** How and how large a scenario is played. */
export interface Stage {
  readonly seed: number;
  /** 1: the size of the table in reference/durable.md. */
  readonly scale: number;
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
  readonly orders: number;
  /** Orders answered so far. */
  readonly answered: number;
  /** Orders that the attack itself placed. */
  readonly told: Attempt[];
  /** Counts a fault under this name. */
  struck(name: string, times?: number): void;
  /** Resolves when this share of the orders is answered. */
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

/** Plays a drama from an empty house to the verdicts. */
export async function play(stage: Stage, drama: Drama): Promise<Outcome> {
  const house = await HouseProcesses.start(drama.house);
  const faults = new Map<string, number>();
  let answered = 0;
  const scene: Scene = {
    house, stage, orders: drama.orders,
    get answered() { return answered; },
    told: [],
    struck: (name, times = 1) => {
      faults.set(name, (faults.get(name) ?? 0) + times);
      stage.say(`${name} (${answered} of ${drama.orders} orders answered)`);
    },
    until: async (share) => {
      const deadline = Date.now() + ATTACK_MAX_MS;
      while (answered < share * drama.orders && Date.now() < deadline) await pause(POLL_MS);
    },
  };
  const watcher = watch(house);
  try {
    await house.control('PUT', 'wms/behaviour', { stepDelayMs: WAREHOUSE_STEP_MS });
    await drama.begin?.(house);
    const startedAt = Date.now();
    const attack = drama.attack(scene).then(() => undefined, (error: unknown) => error);
    const orders = Array.from({ length: drama.orders }, () => newOrder(stage.random));
    const cancels = orders.map(() => stage.random() < (drama.cancelled ?? 0));
    const pending: Promise<unknown>[] = [];
    const buyers = drama.buyers ?? BUYERS;
    const attempts = await placeAll(house.as('storefront-demo'), orders, buyers, `chaos-${stage.seed}`, {
      onReply: (count, { key, reply }) => {
        answered = count;
        const cancel = cancels[Number(key.split('-').at(-1))] === true && reply.status < 300;
        if (cancel) pending.push(cancelOrder(house, String(reply.body.id), key));
      },
    });
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

/** Waits a moment of chance between two bounds. */
export function moment({ random }: Stage, fromMs: number, toMs: number): Promise<void> {
  return pause(fromMs + random() * (toMs - fromMs));
}
