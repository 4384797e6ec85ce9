// Buyers over the reservation core: the real book decides on the rows that a batch has locked, while batches are rolled
// back, answers get lost, callers send again and holds run out. What the book notes is all that is written, so a change
// it forgets to note is found; positions, reservations and ledger must agree after every commit.
import type { Reservation } from '#contracts';
import { Rejected } from '#database';
import { StockBook, type StockCommand, type StockRows } from '#system';
import { SimProcess, type World } from './world.js';

/** Ways to use the book wrongly, to prove that the simulation would see it. */
export type StockFlaw = 'no lock' | 'forgotten facts' | 'expiry blind' | 'lines apart' | 'unlisted movements';

type Position = StockRows['positions'][number];
type Held = StockRows['reservations'][number];
type Fact = StockRows['facts'][number];
interface Movement { readonly sku: string; readonly units: number; readonly from: string; readonly to: string }

const SKUS = ['apple', 'bread', 'basket'];
const LOCATION = 'WH';
const CHANNELS = ['storefront', 'mobile', 'partner', 'store'];
const LANES = 3;
const BUYERS_MAX = 14;
const TRIES_MAX = 40;
const END_MS = 600_000;
const HOLD_SECONDS = 2;
/** A basket is an apple and two breads. */
const PARTS = new Map([['basket', [{ sku: 'apple', units: 1 }, { sku: 'bread', units: 2 }]]]);

export class StockWorld {
  private readonly positions = new Map<string, Position>();
  private readonly reservations = new Map<string, Held>();
  private readonly facts: Fact[] = [];
  private readonly movements: Movement[] = [];
  private readonly opening = new Map<string, number>();
  private readonly buyer: SimProcess;
  private readonly told = new Map<string, string>();
  private busy = 0;
  private waiting: (() => void)[] = [];
  private buyers = 0;

  constructor(private readonly world: World, private readonly flaws: ReadonlySet<StockFlaw>) {
    this.buyer = new SimProcess(world);
    for (const sku of ['apple', 'bread']) {
      const onHand = 2 + Math.floor(world.random() * 12);
      this.opening.set(sku, onHand);
      this.positions.set(sku, {
        sku, locationId: LOCATION, locationKind: 'warehouse', onHand, reserved: 0, damaged: 0, quality: 0,
        quarantine: 0, shortfall: 0, safetyStock: 0, countedAt: null, countedFact: null, incoming: 0,
        allowsPickup: false, shipsFromStore: false,
      });
    }
  }

  async play(): Promise<void> {
    const { world } = this;
    const { random } = world;
    world.weather = {
      latencyMs: 3, lostRequests: random() * 0.1, lostAnswers: random() * 0.1, slow: random() * 0.1, slowMs: 1_500,
    };
    this.buyers = 2 + Math.floor(random() * BUYERS_MAX);
    for (let index = 0; index < this.buyers; index++) {
      world.plan(random() * 3_000, () => void this.buy(index).finally(() => this.buyers--));
    }
    this.sweep();
    await world.play(END_MS, () => this.buyers === 0);
    if (this.buyers > 0) world.accuse(`${this.buyers} buyers have no answer`);
    world.calmDown();
    // All holds run out; what is confirmed stays.
    await world.play(world.now + 5 * HOLD_SECONDS * 1_000);
    this.judge('at the end');
    for (const { id, state } of this.reservations.values()) {
      if (state === 'held') world.accuse(`${id} is held although its hold has run out`);
    }
    world.note('end', this.reservations.size, this.movements.length);
    world.end();
  }

  /** One buyer's reservation from request to shipment, sent again until it is answered. */
  private async buy(index: number): Promise<void> {
    const { world } = this;
    const reservationId = `rsv-${index}`;
    const lines = Array.from({ length: 1 + Math.floor(world.random() * 2) }, (_, number) =>
      ({ lineId: `line-${number}`, sku: world.pick(SKUS), quantity: 1 + Math.floor(world.random() * 3),
        candidates: [LOCATION] }));
    const reserved = await this.insist({
      kind: 'reserve', reservationId, owner: `order-${index}`, holdSeconds: HOLD_SECONDS, content: `c-${index}`,
      channel: world.pick(CHANNELS), lines, origin: ORIGIN,
    });
    if (reserved instanceof Rejected) return;
    if (world.chance(0.25)) return;
    if (world.chance(0.2)) {
      await this.insist({ kind: 'extend', reservationId, holdSeconds: HOLD_SECONDS, origin: ORIGIN });
    }
    await world.pass(world.random() * 3_000);
    if (await this.insist({ kind: 'confirm', reservationId, origin: ORIGIN }) instanceof Rejected) return;
    this.told.set(reservationId, 'confirmed');
    const path = world.random();
    if (path < 0.2) {
      this.told.delete(reservationId);
      await this.insist({ kind: 'release', reservationId, reason: 'cancelled', origin: ORIGIN });
      return;
    }
    for (const [place, line] of lines.entries()) {
      const command: StockCommand = {
        kind: path < 0.35 ? 'releaseLines' : 'consume', reservationId, fact: `shipment-${place}`, content: 'all',
        reason: 'short', lines: [{ lineId: line.lineId, sku: line.sku, quantity: line.quantity }], origin: ORIGIN,
      } as StockCommand;
      const outcome = await this.insist(command);
      if (outcome instanceof Rejected) world.accuse(`${reservationId} lost ${line.sku}: ${outcome.reason}`);
      // The same fact told once more, as webhooks are.
      if (world.chance(0.5)) await this.insist(command);
    }
    this.told.set(reservationId, path < 0.35 ? 'released' : 'consumed');
  }

  /** The caller's side: sends until answered. The same command again must be answered alike and change nothing. */
  private async insist(command: StockCommand): Promise<unknown> {
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
      try {
        return await this.apply(command);
      } catch {
        await this.world.pass(50 * this.world.random());
      }
    }
    this.world.accuse(`no answer to ${command.kind} in ${TRIES_MAX} tries`);
    return new Rejected('unanswered');
  }

  /** Ends overdue holds; what it finds may have been confirmed when it comes to write. */
  private sweep(): void {
    this.world.plan(400, () => {
      const now = new Date(this.world.now);
      const overdue = [...this.reservations.values()]
        .filter(({ state, expiresAt }) => state === 'held' && expiresAt !== null && expiresAt <= now)
        .map(({ id }) => this.apply({ kind: 'expire', reservationId: id, origin: ORIGIN }).catch(() => undefined));
      void Promise.all(overdue).then(() => this.sweep());
    });
  }

  /** One batch of one command: locks, reads, decides, and commits or is rolled back; the answer may be lost. */
  private async apply(command: StockCommand): Promise<unknown> {
    await this.lane();
    const before = this.flaws.has('no lock') ? this.read() : undefined;
    const unlock = before ? () => undefined : await this.world.lock('stock');
    try {
      const rows = before ?? this.read();
      await this.world.ask(this.buyer, () => undefined);
      const book = new StockBook(rows);
      const outcomes = this.parted(command).map((part) => book.decide(part));
      return await this.world.ask(this.buyer, () => {
        this.write(book);
        this.world.note(command.kind, outcomes.length);
        this.judge(`after ${command.kind}`);
        return outcomes[0] as Reservation | Rejected;
      });
    } finally {
      unlock();
      this.busy--;
      this.waiting.shift()?.();
    }
  }

  private parted(command: StockCommand): StockCommand[] {
    if (!this.flaws.has('lines apart') || command.kind !== 'reserve' || command.lines.length < 2) return [command];
    // Each line is looked at as if it were alone, and all are taken.
    const rows = this.read();
    const alone = command.lines.map((line) => new StockBook(rows).decide({ ...command, lines: [line] }));
    const refused = alone.find((outcome) => outcome instanceof Rejected);
    for (const { sku, quantity } of refused === undefined ? command.lines : []) {
      const position = this.positions.get(sku);
      if (position !== undefined) position.reserved += quantity;
    }
    return [{ kind: 'extend', reservationId: 'nothing', holdSeconds: 1, origin: ORIGIN }];
  }

  private read(): StockRows {
    const now = new Date(this.world.now);
    const { flaws } = this;
    const reservations = structuredClone([...this.reservations.values()]);
    if (flaws.has('expiry blind')) for (const held of reservations) if (held.state === 'confirmed') revert(held, now);
    return {
      now, positions: structuredClone([...this.positions.values()]), reservations, supply: [],
      facts: flaws.has('forgotten facts') ? [] : structuredClone(this.facts), later: [],
      rules: { parts: (sku) => PARTS.get(sku) ?? [{ sku, units: 1 }], threshold: () => 0 },
    };
  }

  /** Writes what the book says must be written, and nothing else. */
  private write({ reservations, ledger, facts }: StockBook): void {
    for (const held of reservations.opened) this.reservations.set(held.id, structuredClone(held));
    for (const { id, state, expiresAt, owner } of reservations.touched) {
      Object.assign(this.reservations.get(id)!, { state, expiresAt, owner });
    }
    for (const [line, { id }] of reservations.changedLines) {
      const stored = this.reservations.get(id)!.lines.find(({ place }) => place === line.place)!;
      Object.assign(stored, structuredClone(line));
    }
    for (const [line, { id }] of reservations.addedLines) this.reservations.get(id)!.lines.push(structuredClone(line));
    for (const position of ledger.moved) this.positions.set(position.sku, structuredClone(position) as Position);
    this.facts.push(...structuredClone(facts.added));
    if (this.flaws.has('unlisted movements')) return;
    this.movements.push(...ledger.movements.map(({ position, quantity, from, to }) =>
      ({ sku: position.sku, units: quantity, from, to })));
  }

  private judge(when: string): void {
    const { world } = this;
    for (const { sku, onHand, reserved } of this.positions.values()) {
      const inside = (bucket: string): boolean => bucket === 'onHand' || bucket === 'reserved';
      const moved = this.movements.filter((movement) => movement.sku === sku);
      const sum = (count: (movement: Movement) => number): number =>
        moved.reduce((total, movement) => total + count(movement) * movement.units, 0);
      const held = [...this.reservations.values()].flatMap(({ lines }) => lines).filter((line) => line.sku === sku)
        .reduce((total, line) => total + line.quantity - line.consumed - line.released, 0);
      const booked = this.opening.get(sku)! + sum(({ from, to }) => Number(inside(to)) - Number(inside(from)));
      const claimed = sum(({ from, to }) => Number(to === 'reserved') - Number(from === 'reserved'));
      if (reserved < 0 || reserved > onHand) world.accuse(`${when} ${reserved} of ${onHand} ${sku} are reserved`);
      if (reserved !== held) world.accuse(`${when} ${reserved} ${sku} are reserved, reservations hold ${held}`);
      if (booked !== onHand || claimed !== reserved) {
        world.accuse(`${when} the ledger says ${booked}/${claimed} of ${sku}, the position ${onHand}/${reserved}`);
      }
    }
    for (const [id, told] of this.told) {
      const state = this.reservations.get(id)?.state;
      const broken = told === 'confirmed' ? state === 'expired' : state !== told;
      if (broken) world.accuse(`${id} was ${told} and is ${state}`);
    }
  }

  private async lane(): Promise<void> {
    if (this.busy >= LANES) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.busy++;
  }
}

const ORIGIN = { time: '2026-01-01T00:00:00.000Z' };

/** As an expiry would see it that does not look at what was confirmed. */
function revert(held: Held, now: Date): void {
  held.state = 'held';
  held.expiresAt = new Date(now.getTime() - 1);
}
