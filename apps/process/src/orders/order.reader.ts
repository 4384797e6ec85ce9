// Reads orders: whole ones by id, with concurrent reads sharing their queries, and pages of them by filter.
import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import type { Repository } from 'typeorm';
import { Database } from '#database';
import { Problem, problems, type OrderQuery } from '#contracts';
import { ExternalReferenceRecord, OrderRecord, type SilentSystem } from './order.entity.js';
import { wholeOrders } from './whole-order.reader.js';

const BATCH_MAX = 200;
const PAGE_DEFAULT = 20;
/** Silence lasts for seconds at least; that an order is read must not cost a query more. */
const SILENCE_KEPT_MS = 1_000;
const SILENT = `
  select system, since, reason, check_every_seconds as "checkEverySeconds" from orders.silent_system limit 50`;
const RELATIONS = [
  'lines', 'holds', 'shipments', 'externalReferences', 'systemReferences', 'payment', 'pickups',
] as const;

@Injectable()
export class OrderReader {
  private readonly orders: Repository<OrderRecord>;
  private readonly loader: DataLoader<string, OrderRecord | undefined>;

  /** Whole orders in no particular order. */
  readonly load: (ids: readonly string[]) => Promise<OrderRecord[]>;

  private silent: { readonly at: number; readonly systems: Promise<readonly SilentSystem[]> } | undefined;

  constructor(private readonly database: Database) {
    this.orders = database.dataSource.getRepository(OrderRecord);
    const whole = wholeOrders(database, RELATIONS);
    this.load = async (ids) => {
      const [records, silent] = await Promise.all([whole(ids), this.silentSystems()]);
      for (const record of records) record.silent = silent;
      return records;
    };
    this.loader = new DataLoader(
      async (ids) => {
        const found = new Map((await this.load([...ids])).map((record) => [record.id, record]));
        return ids.map((id) => found.get(id));
      },
      { cache: false, maxBatchSize: BATCH_MAX, batchScheduleFn: (callback) => setImmediate(callback) },
    );
  }

  /** @throws Problem not-found; takes an order id or an order number */
  async get(idOrNumber: string): Promise<OrderRecord> {
    const id = isNumber(idOrNumber) ? await this.idWhere({ orderNumber: idOrNumber }) : idOrNumber;
    const record = id === undefined ? undefined : await this.loader.load(id);
    if (!record) throw new Problem(problems.notFound, { detail: `There is no order ${idOrNumber}.` });
    return record;
  }

  /** The order's id alone. @throws Problem not-found; takes an order id or an order number */
  async idOf(idOrNumber: string): Promise<string> {
    const id = await this.idWhere(isNumber(idOrNumber) ? { orderNumber: idOrNumber } : { id: idOrNumber });
    if (id === undefined) throw new Problem(problems.notFound, { detail: `There is no order ${idOrNumber}.` });
    return id;
  }

  /** The order of an external reference, if there is one. */
  async findByReference(system: string, id: string): Promise<OrderRecord | undefined> {
    const reference = await this.database.dataSource
      .getRepository(ExternalReferenceRecord)
      .findOneBy({ system, externalId: id });
    return reference ? this.loader.load(reference.orderId) : undefined;
  }

  /** A page of orders, newest first; the cursor is the place and id of the last one, so inserts do not shift pages. */
  async page(query: OrderQuery): Promise<{ records: OrderRecord[]; next?: string }> {
    const limit = query.limit ?? PAGE_DEFAULT;
    const select = this.orders
      .createQueryBuilder('o')
      .select(['o.id', 'o.placedAt'])
      .orderBy('o.placedAt', 'DESC')
      .addOrderBy('o.id', 'DESC')
      .take(limit + 1);
    if (query.customerId) select.andWhere('o.customerId = :customerId', { customerId: query.customerId });
    if (query.channel) select.andWhere('o.channel = :channel', { channel: query.channel });
    if (query.placedBy) select.andWhere('o.consumer = :placedBy', { placedBy: query.placedBy });
    if (query.open) select.andWhere('o.completedAt is null and o.cancelledAt is null');
    if (query.externalSystem ?? query.externalId) {
      select.innerJoin('o.externalReferences', 'r', 'r.system = :system and r.externalId = :externalId', {
        system: query.externalSystem ?? '',
        externalId: query.externalId ?? '',
      });
    }
    if (query.cursor) {
      const { at, id } = readCursor(query.cursor);
      select.andWhere('(o.placedAt, o.id) < (:at, :id)', { at, id });
    }
    const found = await select.getMany();
    const ids = found.slice(0, limit).map((record) => record.id);
    const whole = new Map((await this.load(ids)).map((record) => [record.id, record]));
    const last = found.length > limit ? found[limit - 1]! : undefined;
    return {
      records: ids.flatMap((id) => whole.get(id) ?? []),
      ...(last
        ? { next: Buffer.from(JSON.stringify([last.placedAt.toISOString(), last.id])).toString('base64url') }
        : {}),
    };
  }

  private silentSystems(): Promise<readonly SilentSystem[]> {
    const now = Date.now();
    if (this.silent && now - this.silent.at < SILENCE_KEPT_MS) return this.silent.systems;
    const systems = this.database.query<SilentSystem>(SILENT);
    this.silent = { at: now, systems };
    systems.catch(() => (this.silent = undefined));
    return systems;
  }

  private async idWhere(where: { id: string } | { orderNumber: string }): Promise<string | undefined> {
    const found = await this.orders.findOne({ where, select: { id: true } });
    return found?.id;
  }
}

const isNumber = (idOrNumber: string): boolean => idOrNumber.startsWith('TL-');

function readCursor(cursor: string): { at: string; id: string } {
  try {
    const [at, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string, string];
    if (Number.isNaN(Date.parse(at)) || typeof id !== 'string') throw new Error('not a cursor');
    return { at, id };
  } catch {
    throw new Problem(problems.invalidRequest, {
      detail: 'The cursor was not given by this API.',
      errors: [{ parameter: 'cursor', detail: 'The `next` of an earlier page is expected.' }],
    });
  }
}
