// PostgreSQL dies, is cut off, has no room left or is slow: nothing that was answered may be lost, nothing done twice.
import { execFileSync } from 'node:child_process';
import { chownSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, statSync,
  symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Wire } from '#testing';
import { OwnPostgres, type OwnPostgresOptions } from '../own-postgres.js';
import { moment, play, Skipped, type Drama, type Outcome, type Scenario, type Stage } from '../stage.js';

const TWO = { gateways: 2 };
const MB = 1024 * 1024;
const DISK_MB = 420;
const FULL_MS = 5_000;
const REST_MS = 180_000;

/** A drama on a PostgreSQL of its own. */
async function withPostgres(
  stage: Stage, options: OwnPostgresOptions, drama: (postgres: OwnPostgres) => Drama | Promise<Drama>,
): Promise<Outcome> {
  const postgres = await OwnPostgres.start(options);
  try {
    const made = await drama(postgres);
    return await play(stage, { restMs: REST_MS, ...made, house: { ...made.house, storage: postgres.storage } });
  } finally {
    await postgres.close();
  }
}

const killPostgres: Scenario = {
  id: 'R4', title: 'kill -9 of the postmaster under load',
  fault: '10,000 orders; 10 times the postmaster is killed and started again',
  play: (stage) => withPostgres(stage, {}, (postgres) => ({
    orders: stage.sized(10_000), house: TWO, cancelled: 0.1,
    attack: async (scene) => {
      for (let kills = stage.sized(150, 2); kills > 0; kills--) {
        await moment(stage, 500, 2_000);
        await postgres.end('SIGKILL');
        scene.struck('kill -9 of the postmaster');
        await postgres.restart();
      }
    },
  })),
};

const restartInTakeover: Scenario = {
  id: 'R5', title: 'immediate restart of PostgreSQL in the middle of a take-over',
  fault: '5,000 orders; a gateway is killed, and PostgreSQL is restarted when its runs are being taken over',
  play: (stage) => withPostgres(stage, {}, (postgres) => ({
    orders: stage.sized(5_000), house: TWO, cancelled: 0.1,
    attack: async (scene) => {
      await moment(stage, 500, 1_500);
      await scene.house.gateways[1]!.kill();
      scene.struck('kill -9 of a gateway');
      await moment(stage, 2_500, 4_500);
      await postgres.end('SIGQUIT');
      scene.struck('immediate restart of PostgreSQL');
      await postgres.restart();
      await scene.house.gateways[1]!.start();
    },
  })),
};

const brokenLines: Scenario = {
  id: 'R6', title: 'resets and half-open lines to PostgreSQL, also right after COMMIT was sent',
  fault: '5,000 orders in 2 minutes; lines of both gateways are reset, silenced, and cut behind a COMMIT',
  play: async (stage) => {
    const wires: Wire[] = [];
    try {
      return await play(stage, {
        orders: stage.sized(5_000), cancelled: 0.1, restMs: REST_MS,
        house: { ...TWO, door: async (_index, { databaseUrl }) => {
          const wire = await Wire.to(databaseUrl);
          wires.push(wire);
          return { DATABASE_URL: wire.url };
        } },
        attack: async (scene) => {
          for (let rounds = stage.sized(150, 3); rounds > 0; rounds--) {
            const wire = wires[Math.floor(stage.random() * wires.length)]!;
            await moment(stage, 300, 900);
            wire.cutAt('COMMIT', 'after', 2);
            scene.struck('lines cut behind COMMIT', 2);
            await moment(stage, 300, 900);
            wire.reset();
            scene.struck('all lines reset');
            await moment(stage, 300, 900);
            wire.hush();
            scene.struck('lines silent');
            await moment(stage, 1_000, 2_500);
            wire.speak();
          }
        },
      });
    } finally {
      for (const wire of wires) await wire.close();
    }
  },
};

const cutOff: Scenario = {
  id: 'R23', title: 'a gateway cut off from PostgreSQL for 10 s, then from all vendors',
  fault: '5,000 orders; by our own lines instead of network namespaces: silent and refusing, for one of two gateways',
  play: async (stage) => {
    const wires = new Map<string, Wire>();
    try {
      return await play(stage, {
        orders: stage.sized(5_000), cancelled: 0.1, restMs: REST_MS,
        house: { ...TWO, fronts: 1, door: async (index, { databaseUrl, sandboxUrl }) => {
          if (index === 0) return {};
          wires.set('database', await Wire.to(databaseUrl)).set('vendors', await Wire.to(sandboxUrl));
          return { DATABASE_URL: wires.get('database')!.url, SANDBOX_URL: wires.get('vendors')!.url };
        } },
        attack: async (scene) => {
          for (const [name, wire] of wires) {
            await moment(stage, 500, 1_500);
            wire.hush();
            wire.refuse(true);
            scene.struck(`cut off from ${name === 'database' ? 'PostgreSQL' : 'all vendors'}`);
            await pause(10_000);
            wire.speak();
            wire.refuse(false);
          }
        },
      });
    } finally {
      for (const wire of wires.values()) await wire.close();
    }
  },
};

/** A small disk in memory; only root may make one. */
function smallDisk(megabytes: number): string {
  if (process.getuid?.() !== 0) throw new Skipped('needs root, to mount a small disk in memory');
  const folder = mkdtempSync(join(tmpdir(), 'throughline-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new Skipped(`a small disk cannot be mounted here: ${(error as Error).message.split('\n')[0]}`);
  }
  return folder;
}

function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder], { stdio: 'pipe' });
  rmSync(folder, { recursive: true, force: true });
}

/** Takes all room that is left; removing the file gives it back. */
function fillUp(folder: string): string {
  const ballast = join(folder, 'ballast');
  const file = openSync(ballast, 'w');
  const piece = Buffer.alloc(MB, 1);
  try {
    for (let written = 0; written < DISK_MB; written++) writeSync(file, piece);
  } catch {
    // ENOSPC: full, as wanted. The rest of the room goes in small pieces.
    try {
      for (let written = 0; written < MB / 512; written++) writeSync(file, piece.subarray(0, 512));
    } catch { /* now it is */ }
  } finally {
    closeSync(file);
  }
  return ballast;
}

const diskFull: Scenario = {
  id: 'R17', title: 'disk full, under the data and then under the write-ahead log',
  fault: 'a minute each; the disk has no room left while orders come in, then somebody makes room',
  play: async (stage) => {
    const data = smallDisk(DISK_MB);
    const wal = smallDisk(DISK_MB);
    try {
      return await withPostgres(stage, {
        below: data, settings: { min_wal_size: '32MB', max_wal_size: '64MB' },
      }, async (postgres) => {
        await moveLog(postgres, wal);
        return {
          orders: stage.sized(5_000), cancelled: 0.1, house: TWO,
          attack: async (scene) => {
            for (const [name, disk] of [['data', data], ['write-ahead log', wal]] as const) {
              await scene.until(name === 'data' ? 0.2 : 0.5);
              const ballast = fillUp(disk);
              scene.struck(`disk full under the ${name}`);
              await pause(FULL_MS);
              rmSync(ballast);
              await moment(stage, 200, 600);
              // Without room for its log PostgreSQL ends itself; an operator starts it again.
              if (!await answers(postgres)) {
                await postgres.end('SIGQUIT');
                await postgres.restart();
                scene.struck('PostgreSQL started again');
              }
            }
          },
        };
      });
    } finally {
      unmount(data);
      unmount(wal);
    }
  },
};

/** Puts the log on a disk of its own, as operators do. */
async function moveLog(postgres: OwnPostgres, disk: string): Promise<void> {
  await postgres.end('SIGQUIT');
  const { uid, gid } = statSync(postgres.dataDir);
  const [from, to] = [join(postgres.dataDir, 'pg_wal'), join(disk, 'pg_wal')];
  mkdirSync(to, { mode: 0o700 });
  execFileSync('cp', ['-a', `${from}/.`, to]);
  chownSync(to, uid, gid);
  renameSync(from, `${from}.moved`);
  rmSync(`${from}.moved`, { recursive: true });
  symlinkSync(to, from);
  await postgres.restart();
}

async function answers({ storage }: OwnPostgres): Promise<boolean> {
  for (let tries = 0; tries < 10; tries++) {
    const alive = await storage.database.query('select 1').then(() => true, () => false);
    if (alive) return true;
    await pause(300);
  }
  return false;
}

const SLOW_SOURCE = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <stdio.h>
#include <unistd.h>
static void rest(void) {
  char text[16] = {0};
  FILE *file = fopen(getenv("SLOW_DISK_FILE"), "r");
  if (file == NULL) return;
  if (fgets(text, sizeof text, file)) usleep(1000 * atoi(text));
  fclose(file);
}
int fdatasync(int fd) { rest(); return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd); }
int fsync(int fd) { rest(); return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd); }
`;

const slowDisk: Scenario = {
  id: 'R18', title: 'a slow disk: every fdatasync takes 2 ms, then 20 ms more',
  fault: 'two minutes each; a shim in front of fdatasync and fsync of PostgreSQL, made with gcc',
  play: async (stage) => {
    if (!['/usr/bin/gcc', '/usr/bin/cc'].some(existsSync)) throw new Skipped('needs gcc, to make the shim');
    const folder = mkdtempSync(join(tmpdir(), 'throughline-slow-'));
    execFileSync('chmod', ['755', folder]);
    const source = join(folder, 'slow.c');
    const shim = join(folder, 'slow.so');
    const slow = join(folder, 'ms');
    writeFileSync(source, SLOW_SOURCE);
    execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', shim, source, '-ldl'], { stdio: 'pipe' });
    writeFileSync(slow, '0');
    try {
      return await withPostgres(stage, { env: { LD_PRELOAD: shim, SLOW_DISK_FILE: slow } }, () => ({
        orders: stage.sized(10_000), cancelled: 0.1, house: TWO,
        attack: async (scene) => {
          for (const [ms, share] of [['2', 0.1], ['20', 0.5]] as const) {
            await scene.until(share);
            writeFileSync(slow, ms);
            scene.struck(`fdatasync +${readFileSync(slow, 'utf8')} ms`);
          }
          await scene.until(1);
          writeFileSync(slow, '0');
        },
      }));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

export const databaseScenarios: readonly Scenario[] = [
  killPostgres, restartInTakeover, brokenLines, diskFull, slowDisk, cutOff,
];
