// Many processes over a longer time: relays beside each other, a rolling upgrade and back, and the soak in which
// anything may happen at any moment.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { GroupCommit } from '#database';
import { eventsMigrations } from '#events';
import { forked, freePorts, testDatabase, type HouseProcesses } from '#testing';
import { Engine, workflowEntities, workflowMigrations } from '#workflow';
import { until } from '../../journeys/story.js';
import { moment, play, Skipped, standStill, type Outcome, type Scenario, type Scene, type Stage } from '../stage.js';
import { journeyOfVersion, UPGRADED, WORKER_SCRIPT } from '../upgrade-worker.js';

const NATS = [process.env['NATS_SERVER_PATH'] ?? '', '/usr/sbin/nats-server', '/usr/bin/nats-server'];
const STREAM = 'THROUGHLINE';
const SIGNAL_BATCH = 100;
const KB_PER_MB = 1024;
/** So much may the memory of a process grow over a soak: caches fill, garbage waits. */
const MEMORY_GROWTH_MAX = 2;
const CONNECTIONS_MAX = 120;
const SETTLE_MS = 120_000;

const relays: Scenario = {
  id: 'R21', title: 'two sequencers and two relays to NATS at once, one of them stopped now and then',
  fault: '50,000 events; SIGSTOP and SIGCONT of the gateways in turn, while both move and relay events',
  play: async (stage) => {
    const server = NATS.find((path) => path !== '' && existsSync(path));
    if (server === undefined) throw new Skipped('needs nats-server (apt-get install nats-server)');
    const folder = mkdtempSync(join(tmpdir(), 'throughline-nats-'));
    const [port] = await freePorts(1) as [number];
    const nats = spawn(server, ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder], { stdio: 'ignore' });
    process.once('exit', () => nats.kill('SIGKILL'));
    try {
      return await play(stage, {
        orders: stage.sized(4_000), house: { gateways: 2, env: { NATS_URL: `nats://127.0.0.1:${port}` } },
        attack: async (scene) => {
          for (let stops = stage.sized(300, 3); stops > 0; stops--) {
            await moment(stage, 300, 1_000);
            const gateway = scene.house.gateways[stops % 2]!;
            await standStill(scene, gateway, 'SIGSTOP of a relay', 1_000, 5_000);
          }
        },
        end: ({ events }, scene) => streamed(port, events, scene),
      });
    } finally {
      const ended = once(nats, 'exit');
      nats.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** The stream must come to hold every event of the log. */
async function streamed(port: number, events: number, { struck }: Scene): Promise<string[]> {
  const connection = await connect({ servers: `nats://127.0.0.1:${port}` });
  try {
    const manager = await jetstreamManager(connection);
    let messages = 0;
    await until('the stream holds the log', async () => {
      messages = (await manager.streams.info(STREAM)).state.messages;
      return messages >= events;
    }, 30_000).catch(() => undefined);
    struck('messages in the stream', messages);
    return messages === events ? [] : [`${messages} messages in the stream, ${events} events in the log`];
  } finally {
    await connection.close();
  }
}

/** The engine alone, for ten thousand parked runs: version 2 comes, is taken back, and comes again. */
async function upgrade(stage: Stage): Promise<Outcome> {
  const test = await testDatabase({
    entities: workflowEntities, migrations: [...eventsMigrations, ...workflowMigrations], poolSize: 6,
  });
  const groupCommit = new GroupCommit(test.database);
  const starters = [1, 2].map((version) => new Engine({
    database: test.database, groupCommit, workflows: [journeyOfVersion(version)], workerId: `starter-${version}`,
    leaseMs: 3_000, concurrency: 1,
  }));
  const workers = new Set<ChildProcess>();
  const worker = async (...versions: string[]): Promise<ChildProcess> => {
    const child = await forked(WORKER_SCRIPT, [test.url, ...versions]);
    workers.add(child);
    return child;
  };
  const retire = async (child: ChildProcess): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    workers.delete(child);
  };
  const parked = stage.sized(10_000, 200);
  const running = stage.sized(500, 20);
  try {
    let first = await worker('1');
    for (let index = 0; index < parked; index++) await starters[0]!.start(UPGRADED, `parked-${index}`, null);
    await until('all are parked', async () => await count('waiting') === parked, SETTLE_MS);
    for (let index = 0; index < running; index++) await starters[0]!.start(UPGRADED, `one-${index}`, null);
    let second = await worker('1', '2');
    await retire(first);
    stage.say('version 2 is out');
    for (let index = 0; index < running; index++) await starters[1]!.start(UPGRADED, `two-${index}`, null);
    await moment(stage, 100, 400);
    first = await worker('1');
    await retire(second);
    stage.say('version 2 is taken back; its runs wait');
    for (let from = 0; from < parked; from += SIGNAL_BATCH) {
      await Promise.all(Array.from({ length: Math.min(SIGNAL_BATCH, parked - from) }, (_, index) =>
        starters[0]!.signal(`parked-${from + index}`, 'go', 'go', null)));
    }
    await moment(stage, 100, 400);
    second = await worker('1', '2');
    await retire(first);
    stage.say('version 2 is out again');
    for (const kind of ['one', 'two']) {
      for (let index = 0; index < running; index++) await starters[0]!.signal(`${kind}-${index}`, 'go', 'go', null);
    }
    await until('all have ended', async () => await count('completed') === parked + 2 * running, SETTLE_MS);
    const wrong = await test.database.query<{ id: string }>(`
      select id from workflow.run where result is distinct from to_jsonb(
        case when id like 'two-%' then 'a2,b,c2' else 'a1,c1' end) or status <> 'completed'`);
    return {
      counts: { 'runs parked': parked, 'runs of version 1 in mid-flight': running, 'runs of version 2': running,
        'worker processes replaced': 3 },
      verdicts: [{ name: 'own-version', statement: 'Every run ends on the version it began with.',
        examined: parked + 2 * running, offenders: wrong.map(({ id }) => id) }],
      complaints: [],
    };
  } finally {
    for (const child of workers) child.kill('SIGKILL');
    await groupCommit.close();
    await test.drop();
  }
  async function count(status: string): Promise<number> {
    const [row] = await test.database.query<{ runs: number }>(
      'select count(*)::int as runs from workflow.run where status = $1', [status]);
    return row!.runs;
  }
}

const rolling: Scenario = {
  id: 'R22', title: 'rolling upgrade from version 1 to 2, back, and forward again',
  fault: '10,000 parked and 500 running runs while worker processes of both versions come and go', play: upgrade,
};

const MISFORTUNES: readonly ((scene: Scene) => Promise<void>)[] = [
  async ({ house, stage, struck }) => {
    const gateway = house.gateways[Math.floor(stage.random() * house.gateways.length)]!;
    struck('kill -9 of a gateway');
    await gateway.kill();
    await gateway.start();
  },
  async (scene) => {
    const { house, stage } = scene;
    const gateway = house.gateways[Math.floor(stage.random() * house.gateways.length)]!;
    await standStill(scene, gateway, 'SIGSTOP', 1_000, 6_000);
  },
  ...([
    ['sap', { errorRate: 0.3, timeoutAfterSuccess: 0.1 }], ['sap', { down: true }], ['stripe', { errorRate: 0.2 }],
    ['stripe', { timeoutAfterSuccess: 0.3 }], ['wms', { duplicate: 1, reorder: 0.5 }], ['wms', { down: true }],
    ['salesforce', { quotaGone: true }], ['salesforce', { rowLock: 0.3 }], ['sap', { latencyMs: 1_500 }],
  ] as const).map(([vendor, faults]) => async ({ house, stage, struck }: Scene) => {
    struck(`${vendor} ${Object.keys(faults).join(' and ')}`);
    await house.faults(vendor, faults);
    await moment(stage, 2_000, 5_000);
    await house.faults(vendor);
  }),
];

const soak: Scenario = {
  id: 'R24', title: 'soak: mixed load with one random misfortune after the other',
  fault: '20 minutes, a fault every 15 s (scaled: one after the other); memory and connections stay flat',
  play: (stage) => {
    const footprints: number[] = [];
    return play(stage, {
      orders: stage.sized(20_000, 120), house: { gateways: 2 }, cancelled: 0.15, restMs: 240_000,
      attack: async (scene) => {
        footprints.push(await footprint(scene.house));
        const rounds = stage.sized(400, 6);
        for (let round = 0; round < rounds; round++) {
          await moment(stage, 500, 2_000);
          await MISFORTUNES[Math.floor(stage.random() * MISFORTUNES.length)]!(scene);
        }
        await scene.until(1);
      },
      end: async ({ house }, { struck }) => {
        footprints.push(await footprint(house));
        const [before, after] = footprints as [number, number];
        const [row] = await house.storage.database.query<{ open: number }>(
          `select count(*)::int as open from pg_stat_activity where application_name like 'throughline%'`);
        struck('memory of the gateways before, MB', before);
        struck('memory of the gateways after, MB', after);
        struck('connections to PostgreSQL', row!.open);
        return [
          ...(after < MEMORY_GROWTH_MAX * before ? [] : [`memory grew from ${before} to ${after} MB`]),
          ...(row!.open < CONNECTIONS_MAX ? [] : [`${row!.open} connections`]),
        ];
      },
    });
  },
};

/** Resident memory of all gateways in MB. */
async function footprint({ gateways }: HouseProcesses): Promise<number> {
  const kilobytes = gateways.map(({ pid }) =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]));
  return Math.round(kilobytes.reduce((sum, each) => sum + each, 0) / KB_PER_MB);
}

export const fleetScenarios: readonly Scenario[] = [relays, rolling, soak];
