// Reads returns and orphans; a whole return is asked together with its money, whose age it then says.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import { financeApi, Problem, problems, type CallContext, type Return, type ReturnQuery } from '#contracts';
import { Database } from '#database';
import { In, IsNull } from 'typeorm';
import { OrphanRecord, ReturnRecord } from './return.entity.js';
import { toReturn, type MoneyView } from './return.mapping.js';

const PAGE_DEFAULT = 20;
const ORPHANS_MAX = 200;
const RELATIONS = { units: true, refunds: true } as const;
const CLAIMED = 'select line_id as "lineId", claimed from returns.claim where order_id = $1';
const NUMBER = 'RMA-';

@Injectable()
export class ReturnReader {
  constructor(private readonly database: Database, private readonly clients: Clients) {}

  /** @throws Problem not-found; takes a return id or number */
  async get(idOrNumber: string): Promise<ReturnRecord> {
    const record = await this.find(idOrNumber);
    if (!record) throw new Problem(problems.notFound, { detail: `There is no return ${idOrNumber}.` });
    return record;
  }

  find(idOrNumber: string): Promise<ReturnRecord | null> {
    const where = idOrNumber.startsWith(NUMBER) ? { returnNumber: idOrNumber } : { id: idOrNumber };
    return this.returns.findOne({ where, relations: RELATIONS, relationLoadStrategy: 'query' });
  }

  async page({ orderId, customerId, open, limit = PAGE_DEFAULT }: ReturnQuery): Promise<ReturnRecord[]> {
    return this.returns.find({
      where: { ...(orderId ? { orderId } : {}), ...(customerId ? { customerId } : {}),
        ...(open ? { closedAt: IsNull() } : {}) },
      order: { requestedAt: 'DESC', id: 'DESC' }, take: limit, relations: RELATIONS, relationLoadStrategy: 'query',
    });
  }

  /** The return with its money as finance knows it now; without it, and saying so, when finance does not answer. */
  async whole(record: ReturnRecord, call: CallContext): Promise<Return> {
    return toReturn(record, await this.moneyOf(record.orderId, call));
  }

  /** Units of each line of an order that returns have claimed. */
  async claimed(orderId: string): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.query<{ lineId: string; claimed: number }>(CLAIMED, [orderId]);
    return new Map(rows.map(({ lineId, claimed }) => [lineId, claimed]));
  }

  orphans(matchedToo: boolean): Promise<OrphanRecord[]> {
    return this.database.dataSource.getRepository(OrphanRecord).find({
      where: matchedToo ? {} : { matchedAt: IsNull() }, order: { receivedAt: 'ASC' }, take: ORPHANS_MAX,
    });
  }

  /** @throws Problem not-found */
  async orphan(id: string): Promise<OrphanRecord> {
    const [found] = await this.database.dataSource.getRepository(OrphanRecord).findBy({ id: In([id]) });
    if (!found) throw new Problem(problems.notFound, { detail: `There is no orphan ${id}.` });
    return found;
  }

  private async moneyOf(orderId: string, call: CallContext): Promise<MoneyView> {
    const finance = this.clients.of(financeApi);
    const asOf = new Date().toISOString();
    try {
      const [money, postings] = await Promise.all([
        finance.getOrderMoney({ params: { orderId } }, call),
        finance.listErpPostings({ params: { orderId, open: true, limit: 1 } }, call),
      ]);
      return { money, postingsWaiting: postings.waiting, freshness: { source: 'finance', asOf, stale: false } };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const reason = error.details.detail.slice(0, 500);
      return { freshness: { source: 'finance', asOf, stale: true, reason } };
    }
  }

  private get returns() {
    return this.database.dataSource.getRepository(ReturnRecord);
  }
}
