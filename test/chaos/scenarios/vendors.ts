// Vendors that fail, lose answers, are away, are slow, or have had enough of us: what is written there is written once,
// and nothing else suffers.
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../journeys/story.js';
import { cancelOrder, faultsApplied, moment, play, settleFaults, type Scenario, type Scene } from '../stage.js';

const READS = 40;
/** Slower than this, and more than twice as slow as before, a neighbour has suffered. */
const NOTICEABLE_MS = 500;
const OPS = 'ops-demo';
const SETTLE_MS = 120_000;

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** p99 of reads that have nothing to do with the vendor under attack. */
async function readsP99({ house }: Scene): Promise<number> {
  const times: number[] = [];
  for (let read = 0; read < READS; read++) {
    times.push(await milliseconds(() => house.as('storefront-demo').get('/storefront/v1/products/SKU-0001')));
  }
  return Math.round(times.sort((a, b) => a - b)[Math.floor(READS * 0.99)]!);
}

const badErp: Scenario = {
  id: 'R7', title: 'an ERP that fails, loses its answers and sessions',
  fault: '10,000 orders; 30 % 5xx, 10 % written without an answer, 5 % each: locked rows, expired tokens, warnings',
  play: (stage) => play(stage, {
    orders: stage.sized(10_000), cancelled: 0.1,
    attack: async (scene) => {
      await scene.house.faults('sap', {
        errorRate: 0.3, timeoutAfterSuccess: 0.1, rowLock: 0.05, csrfExpiry: 0.05, warning: 0.05,
      });
      await settleFaults(scene, 'sap');
    },
  }),
};

const erpDown: Scenario = {
  id: 'R8', title: 'the ERP is down at the peak',
  fault: '20,000 orders queued in 2 minutes; drained when it is back, reads say how old what they say is',
  play: (stage) => play(stage, {
    orders: stage.sized(20_000),
    begin: (house) => house.faults('sap', { down: true }),
    attack: async (scene) => {
      scene.struck('ERP down');
      await scene.until(1);
      const { house } = scene;
      const [{ id }] = await house.storage.database.query<{ id: string }>(
        'select id from orders."order" order by placed_at limit 1') as [{ id: string }];
      const { status, body } = await house.as('storefront-demo').get(`/storefront/v1/orders/${id}`);
      if (status !== 200) throw new Error(`an order cannot be read while the ERP is down: ${status}`);
      scene.struck(`reads served (${Array.isArray(body.freshness) ? 'with' : 'without'} freshness)`);
      await pause(stage.sized(120_000, 4_000));
      await house.faults('sap');
    },
    end: async ({ orders, house }) => {
      const sold = (await house.vendor('sap')).records.orders.length;
      return sold === orders.size ? [] : [`${sold} ERP orders of ${orders.size}`];
    },
  }),
};

const slowVendor: Scenario = {
  id: 'R9', title: 'one vendor becomes very slow (bulkhead)',
  fault: '5,000 orders in 2 minutes; the ERP answers after 30 s instead of 50 ms (scaled: 6 s)',
  play: (stage) => play(stage, {
    orders: stage.sized(5_000), restMs: 240_000,
    attack: async (scene) => {
      const before = await readsP99(scene);
      scene.struck('p99 of reads before, ms', before);
      await scene.house.faults('sap', { latencyMs: 6_000 });
      await scene.until(1);
      const during = await readsP99(scene);
      scene.struck('p99 of reads while the ERP is slow, ms', during);
      await scene.house.faults('sap');
      if (during > 2 * before && during > NOTICEABLE_MS) throw new Error(`reads went from ${before} to ${during} ms`);
    },
  }),
};

const rateLimited: Scenario = {
  id: 'R10', title: 'Salesforce says that the quota is gone',
  fault: '5,000 orders in 2 minutes; the quota is gone for seconds at a time, and rows are locked',
  play: (stage) => play(stage, {
    orders: stage.sized(5_000), cancelled: 0.1, restMs: 240_000,
    attack: async (scene) => {
      const { house } = scene;
      for (let rounds = stage.sized(100, 2); rounds > 0; rounds--) {
        await moment(stage, 300, 1_000);
        await house.faults('salesforce', { quotaGone: true });
        scene.struck('quota gone');
        await moment(stage, 1_500, 3_000);
        await house.faults('salesforce', { rowLock: 0.1, errorRate: 0.05 });
      }
      await scene.until(1);
      await faultsApplied(scene, 'salesforce');
      await house.faults('salesforce');
    },
  }),
};

const undoDown: Scenario = {
  id: 'R15', title: 'the vendor that must take back is down',
  fault: '1,000 orders cancelled while the payment provider refuses everything; then it is back and people say "retry"',
  play: (stage) => play(stage, {
    orders: stage.sized(1_000, 20), buyers: 8,
    begin: async (house) => { await house.control('PUT', 'wms/behaviour', { autoShip: false }); },
    attack: async (scene) => {
      const { house } = scene;
      await scene.until(1);
      await until('every order is released', async () => (await unreleased(scene)) === 0, SETTLE_MS);
      await house.faults('stripe', { errorRate: 1 });
      const ids = (await house.storage.database.query<{ id: string }>('select id from orders."order"'))
        .map(({ id }) => id);
      for (const id of ids) await cancelOrder(house, id, id);
      scene.struck('orders cancelled while nothing can be taken back', ids.length);
      await pause(6_000);
      const [held] = await house.storage.database.query<{ tasks: number; lost: number }>(`
        select (select count(*)::int from workflow.task where decided_at is null) as tasks,
          (select count(*)::int from workflow.run where status in ('cancelled', 'failed', 'completed')
            and kind = (select kind from workflow.run where id = $1)) as lost`, [ids[0]]);
      scene.struck('undos with a person', held!.tasks);
      if (held!.lost > 0) throw new Error(`${held!.lost} undos were dropped`);
      await house.faults('stripe');
      await retryAll(scene);
    },
    end: ({ orders }) => {
      const kept = [...orders.values()].filter(({ status }) => status !== 'cancelled');
      return kept.length === 0 ? [] : [`${kept.length} orders are not cancelled`];
    },
  }),
};

async function unreleased({ house }: Scene): Promise<number> {
  const [row] = await house.storage.database.query<{ open: number }>(`
    select count(*)::int as open from orders."order" o where not exists (
      select from events.journey j where j.subject = o.id and j.kind = 'step' and j.name like 'release to %')`);
  return row!.open;
}

/** People decide "retry" until nobody is asked any more. */
async function retryAll(scene: Scene): Promise<void> {
  const ops = scene.house.as(OPS);
  await until('no task is open', async () => {
    const { body } = await ops.get('/platform/v1/tasks');
    for (const { id } of body.tasks as { id: string }[]) {
      await ops.post(`/platform/v1/tasks/${id}/decision`, { action: 'retry' }, `retry-${id}`);
    }
    const [open] = await scene.house.storage.database.query<{ runs: number }>(
      `select count(*)::int as runs from workflow.run where status in ('stuck', 'ready', 'running', 'waiting')`);
    return open!.runs === 0;
  }, SETTLE_MS);
}

const retriedSteps: Scenario = {
  id: 'step-run-twice', title: 'a step runs twice after a retry',
  fault: 'every vendor writes and loses its answer in 30 % of the calls, and a worker is killed in between',
  play: (stage) => play(stage, {
    orders: stage.sized(2_000), house: { gateways: 2 },
    attack: async (scene) => {
      const { house } = scene;
      const vendors = ['sap', 'stripe', 'wms', 'salesforce'];
      for (const vendor of vendors) await house.faults(vendor, { timeoutAfterSuccess: 0.3 });
      await scene.until(0.5);
      await house.gateways[1]!.kill();
      scene.struck('kill -9 of a gateway');
      await house.gateways[1]!.start();
      await settleFaults(scene, ...vendors);
    },
  }),
};

const compensated: Scenario = {
  id: 'announced-then-compensated', title: 'an event is announced and then compensated',
  fault: 'buyers cancel 60 % of their orders while ERP and payment lose answers: no event may tell what is not so',
  play: (stage) => play(stage, {
    orders: stage.sized(2_000), cancelled: 0.6,
    attack: async (scene) => {
      const vendors = ['sap', 'stripe'];
      for (const vendor of vendors) await scene.house.faults(vendor, { timeoutAfterSuccess: 0.2, errorRate: 0.2 });
      await settleFaults(scene, ...vendors);
    },
  }),
};

export const vendorScenarios: readonly Scenario[] = [
  badErp, erpDown, slowVendor, rateLimited, undoDown, retriedSteps, compensated,
];
