// Processes that die, stand still, believe in another time, or are killed at the worst of all points.
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { moving } from '../evidence.js';
import { moment, play, Skipped, standStill, type Scenario, type Scene } from '../stage.js';

const TWO = { gateways: 2 };
const FAKETIME = ['/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1', '/usr/lib/faketime/libfaketime.so.1'];
const LOST = /^throughline_workflow_holds_total\{[^}]*end="lost"[^}]*\} (\d+)/gm;
const HTTP_MS = 5_000;
const PAUSES_MAX_MS = 8_000;

async function killOne({ house, stage, struck }: Scene, index: number): Promise<void> {
  const gateway = house.gateways[index]!;
  await gateway.kill();
  struck('kill -9 of a gateway');
  await moment(stage, 0, 500);
  await gateway.start();
}

/** Runs that gateways let go of because their lease or a fence said so. */
async function lostHolds({ house }: Scene): Promise<number> {
  let lost = 0;
  for (const { url } of house.gateways) {
    const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(HTTP_MS) });
    const text = await answer.text();
    for (const [, count] of text.matchAll(LOST)) lost += Number(count);
  }
  return lost;
}

const killWorker: Scenario = {
  id: 'R1', title: 'kill -9 of one of two gateways at random points',
  fault: '20,000 orders over two gateways; 20 times one of them is killed and started again',
  play: (stage) => play(stage, {
    orders: stage.sized(20_000), house: TWO, cancelled: 0.1,
    attack: async (scene) => {
      for (let kills = stage.sized(200, 2); kills > 0; kills--) {
        await moment(stage, 300, 1_500);
        await killOne(scene, Math.floor(stage.random() * TWO.gateways));
      }
    },
  }),
};

const killAll: Scenario = {
  id: 'R2', title: 'kill -9 of all gateways at once',
  fault: '10,000 orders; all gateways are killed while orders pour in, and again while they are worked off',
  play: (stage) => play(stage, {
    orders: stage.sized(10_000), house: TWO, cancelled: 0.1,
    attack: async (scene) => {
      const { house } = scene;
      const blow = async (): Promise<void> => {
        await Promise.all(house.gateways.map((gateway) => gateway.kill()));
        scene.struck('kill -9 of all gateways');
        for (const gateway of house.gateways) await gateway.start();
      };
      await scene.until(0.2 + 0.5 * stage.random());
      await blow();
      await scene.until(1);
      const { runs, waiting } = await moving(house);
      stage.say(`${runs + waiting} orders still on their way`);
      await blow();
    },
  }),
};

const freeze: Scenario = {
  id: 'R3', title: 'SIGSTOP of a gateway for longer than its lease (zombie writers)',
  fault: '10,000 orders; 20 times a gateway stands still for 2 to 30 s and then writes on',
  play: (stage) => play(stage, {
    orders: stage.sized(10_000), house: TWO, cancelled: 0.1,
    attack: async (scene) => {
      for (let pauses = stage.sized(400, 2); pauses > 0; pauses--) {
        await moment(stage, 300, 1_000);
        const gateway = scene.house.gateways[Math.floor(stage.random() * TWO.gateways)]!;
        await standStill(scene, gateway, 'SIGSTOP', 4_000, PAUSES_MAX_MS);
      }
    },
    end: async (_evidence, scene) => {
      const lost = await lostHolds(scene);
      scene.struck('runs let go of by zombies', lost);
      return [];
    },
  }),
};

const skew: Scenario = {
  id: 'R16', title: 'clocks that are wrong: +1 h, -1 h, twice as fast',
  fault: '2,000 orders each; three workers whose clocks are an hour ahead, an hour behind, and run at double speed',
  play: (stage) => {
    const library = FAKETIME.find(existsSync);
    if (library === undefined) throw new Skipped('needs libfaketime (apt-get install libfaketime)');
    const times = ['+1h', '-1h', '+0 x2'];
    return play(stage, {
      orders: stage.sized(6_000), cancelled: 0.1,
      house: {
        gateways: 1 + times.length, fronts: 1,
        door: (index) => (index === 0 ? {} : {
          LD_PRELOAD: library, FAKETIME: times[index - 1]!, FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_NO_CACHE: '1',
        }),
      },
      attack: async (scene) => {
        scene.struck('clocks set wrong', times.length);
        // The workers with wrong clocks do all the work for a while.
        await scene.until(0.4);
        await killOne(scene, 0);
      },
    });
  },
};

/** Points of an order's run, each before and after its write. */
const POINTS = [
  'step:begin', 'step:reserve stock for good', 'step:authorise payment', 'step:source', 'step:create ERP sales order',
  'undo:create ERP sales order', 'undo:authorise payment', 'undo:begin', 'step:complete',
].flatMap((point) => [`before ${point}`, `after ${point}`]);

const failpoints: Scenario = {
  id: 'R14', title: 'crash between a step and the registration of its undo',
  fault: '200 orders at each of 12 points: the process kills itself there, half of the orders are cancelled',
  play: (stage) => {
    const points = chosen(stage.random, Math.min(POINTS.length, stage.sized(900, 3)));
    return play(stage, {
      orders: points.length * stage.sized(200, 14), buyers: 4, cancelled: 0.5,
      house: { gateways: 2, fronts: 1, door: (index) => (index === 0 ? { WORKFLOW_CONCURRENCY: '1' } : {}) },
      // The first gateway takes orders and hardly works, so that the other one comes to the points.
      attack: async (scene) => {
        const victim = scene.house.gateways[1]!;
        for (const [index, point] of points.entries()) {
          victim.extra = { FAILPOINTS: point };
          if (victim.alive) await victim.stop();
          await victim.start().catch(() => stage.say(`died at its start (${point})`));
          await scene.until((index + 1) / points.length);
          const patience = Date.now() + PAUSES_MAX_MS;
          while (victim.alive && Date.now() < patience) await pause(50);
          if (victim.alive) stage.say(`nobody came to "${point}"`);
          else scene.struck('died at a failpoint');
        }
        victim.extra = {};
        if (victim.alive) await victim.stop();
        await victim.start();
      },
    });
  },
};

function chosen(random: () => number, count: number): string[] {
  const rest = [...POINTS];
  return Array.from({ length: count }, () => rest.splice(Math.floor(random() * rest.length), 1)[0]!);
}

export const processScenarios: readonly Scenario[] = [killWorker, killAll, freeze, failpoints, skew];
