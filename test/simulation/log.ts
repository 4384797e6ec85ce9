// The real sequencer, several times, over a model of outbox and log, while transactions commit late or roll back and
// sequencers are killed and frozen in mid-move. Positions must have no gap, no event may be missing or doubled, and the
// events of one key must stand in the order in which they were committed.
import { Sequencer, type OutboxDatabase } from '#events';
import { SimProcess, type World } from './world.js';

/** Ways to build the log wrongly, to prove that the simulation would see it. */
export type LogFlaw = 'two movers' | 'cursor over the outbox' | 'ids before the lock';

interface OutboxRow { readonly id: number; readonly key: string; readonly version: number; visible: boolean }
interface LogRow { readonly position: number; readonly id: number; readonly key: string; readonly version: number }

const SEQUENCERS = 2;
const WRITERS_MAX = 8;
const KEYS = ['a', 'b', 'c'];
const FAULTS_MS = 2_500;
const END_MS = 60_000;
const MOVE_MS = 4;

export class LogWorld {
  private readonly outbox: OutboxRow[] = [];
  private readonly log: LogRow[] = [];
  private readonly seen: number[] = [];
  private readonly versions = new Map<string, number>();
  private readonly sequencers: { process: SimProcess; sequencer: Sequencer }[] = [];
  private lastId = 0;
  private head = 0;
  private moving = false;
  private committed = 0;
  private writing = 0;
  private readTo = 0;

  constructor(private readonly world: World, private readonly flaws: ReadonlySet<LogFlaw>) {}

  async play(): Promise<void> {
    const { world } = this;
    const { random } = world;
    world.weather = {
      latencyMs: 2, lostRequests: random() * 0.1, lostAnswers: random() * 0.1, slow: random() * 0.1, slowMs: 1_000,
    };
    for (let index = 0; index < SEQUENCERS; index++) this.open(index);
    const writers = 2 + Math.floor(random() * WRITERS_MAX);
    for (let index = 0; index < writers; index++) {
      world.plan(random() * 500, () => {
        this.writing++;
        void this.write(1 + Math.floor(random() * 6)).finally(() => this.writing--);
      });
    }
    for (let at = random() * 300; at < FAULTS_MS; at += random() * 900) world.plan(at, () => this.disturb());
    this.read();
    const done = (): boolean => world.now > FAULTS_MS && this.writing === 0 && this.log.length >= this.committed
      && this.seen.length >= this.log.length;
    await world.play(END_MS, done);
    this.judge();
    world.note('end', this.log.length, this.seen.length);
    for (const { process } of this.sequencers) process.kill();
    world.end();
  }

  /** Transactions of one writer: the key's row is locked, the id is drawn, and the commit comes some time later. */
  private async write(times: number): Promise<void> {
    const { world } = this;
    for (let time = 0; time < times; time++) {
      const key = world.pick(KEYS);
      const early = this.flaws.has('ids before the lock') ? ++this.lastId : undefined;
      if (early !== undefined) await world.pass(world.random() * 20);
      const unlock = await world.lock(key);
      const version = (this.versions.get(key) ?? 0) + 1;
      const row: OutboxRow = { id: early ?? ++this.lastId, key, version, visible: false };
      this.outbox.push(row);
      await world.pass(world.random() * (world.chance(0.2) ? 200 : 10));
      if (world.chance(0.1)) this.outbox.splice(this.outbox.indexOf(row), 1);
      else {
        row.visible = true;
        this.versions.set(key, version);
        this.committed++;
        world.note('commit', key, version);
        if (world.chance(0.5)) for (const { sequencer } of this.sequencers) sequencer.nudge();
      }
      unlock();
      await world.pass(world.random() * 60);
    }
  }

  private open(index: number): void {
    const process = new SimProcess(this.world);
    const database: OutboxDatabase = {
      query: <T>(_text: string, [batch]: readonly unknown[] = []) =>
        this.move(process, Number(batch)) as Promise<unknown> as Promise<T[]>,
    };
    const sequencer = new Sequencer(database, `sequencer-${index}`, process);
    this.sequencers[index] = { process, sequencer };
    sequencer.start();
  }

  /** What events.sequence_outbox does: the lock, then the rows that are visible, then the commit, on the server. */
  private async move(process: SimProcess, batch: number): Promise<unknown[]> {
    const { world } = this;
    const end = await world.ask(process, () => this.beginMove(batch));
    const server = new SimProcess(world);
    await new Promise<void>((resolve) => server.hear(resolve, MOVE_MS * world.random()));
    return world.ask(process, end);
  }

  private beginMove(batch: number): () => unknown[] {
    const { world } = this;
    const visible = this.outbox.filter((row) => row.visible).sort((a, b) => a.id - b.id).slice(0, batch);
    if (visible.length === 0) return () => [{ moved: 0, head: null, oldest: null }];
    if (this.moving && !this.flaws.has('two movers')) return () => [{ moved: null, head: null, oldest: null }];
    this.moving = true;
    const { head } = this;
    const rolledBack = world.chance(0.05);
    // The server ends what it began, whatever becomes of the caller.
    let moved: unknown[] = [{ moved: 0, head: null, oldest: null }];
    world.plan(MOVE_MS * world.random(), () => {
      this.moving = false;
      if (rolledBack) return;
      for (const [index, { id, key, version }] of visible.entries()) {
        this.log.push({ position: head + index + 1, id, key, version });
      }
      for (const row of visible) {
        const place = this.outbox.indexOf(row);
        if (place >= 0) this.outbox.splice(place, 1);
      }
      this.head = head + visible.length;
      world.note('moved', visible.length, this.head);
      moved = [{ moved: visible.length, head: this.head, oldest: null }];
    });
    return () => moved;
  }

  /** A reader that goes on from the last position it has. */
  private read(): void {
    this.world.plan(20 * this.world.random(), () => {
      if (this.flaws.has('cursor over the outbox')) this.readOutbox();
      else {
        const page = this.log.filter(({ position }) => position > this.readTo).sort((a, b) => a.position - b.position);
        for (const row of page) this.take(row.id, row.position);
      }
      this.read();
    });
  }

  private readOutbox(): void {
    const known = [...this.outbox.filter((row) => row.visible), ...this.log].sort((a, b) => a.id - b.id);
    for (const { id } of known) if (id > this.readTo) this.take(id, id);
  }

  private take(id: number, upTo: number): void {
    this.seen.push(id);
    this.readTo = upTo;
  }

  private disturb(): void {
    const { world } = this;
    const index = Math.floor(world.random() * SEQUENCERS);
    const { process } = this.sequencers[index]!;
    if (!process.alive) return;
    world.note('disturb', index);
    if (world.chance(0.5)) return process.freeze(world.random() * 1_500);
    process.kill();
    world.plan(world.random() * 500, () => this.open(index));
  }

  private judge(): void {
    const { world } = this;
    if (this.log.length !== this.committed) {
      world.accuse(`${this.log.length} of ${this.committed} committed events are in the log`);
    }
    const positions = this.log.map(({ position }) => position).sort((a, b) => a - b);
    const gap = positions.findIndex((position, index) => position !== index + 1);
    if (gap >= 0) world.accuse(`position ${positions[gap]} stands where ${gap + 1} should`);
    if (new Set(this.seen).size !== this.seen.length) world.accuse('a reader saw an event twice');
    if (this.seen.length !== this.committed) {
      world.accuse(`a reader saw ${this.seen.length} of ${this.committed} events`);
    }
    const last = new Map<string, number>();
    for (const { key, version } of [...this.log].sort((a, b) => a.position - b.position)) {
      const before = last.get(key) ?? 0;
      if (version !== before + 1) world.accuse(`version ${version} of ${key} follows ${before}`);
      last.set(key, version);
    }
  }
}
