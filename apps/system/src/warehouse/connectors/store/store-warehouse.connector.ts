// Fulfilment by the people of a store: our own records are the system of record, so a write is applied or rejected and
// never uncertain, and nothing is ever stale.
import { Injectable } from '@nestjs/common';
import type { CallContext, NewFulfilmentOrder, WriteOutcome } from '#contracts';
import { Database, GroupCommit, UnitOfWork } from '#database';
import { recordJourney } from '#events';
import type { FulfilmentConnector } from '../../fulfilment.port.js';
import { StoreTaskRecord } from './store-task.entity.js';
import { CANCEL } from './store-task.policy.js';
import { ownFact, storeFacts, storeWork } from './store-task.writer.js';

const SYSTEM = 'store';

@Injectable()
export class StoreWarehouse implements FulfilmentConnector {
  constructor(private readonly database: Database, private readonly groupCommit: GroupCommit) {}

  async create(order: NewFulfilmentOrder, call: CallContext): Promise<WriteOutcome> {
    const known = await this.find(order.id);
    if (known) return { outcome: 'applied', reference: known.id, found: true };
    const unit = new UnitOfWork();
    unit.add(storeWork, order);
    this.tell(unit, call, 'createFulfilmentOrder', { reference: order.id, storeId: order.locationId });
    await this.groupCommit.commit(unit);
    return { outcome: 'applied', reference: order.id };
  }

  /** People can put units back until they have left the store. */
  async cancel(id: string, call: CallContext): Promise<WriteOutcome> {
    const known = await this.find(id);
    if (!known || known.closedAt) return { outcome: 'applied', reference: id, found: true };
    const unit = new UnitOfWork();
    unit.add(storeFacts, { taskId: id, fact: ownFact(CANCEL), at: new Date() });
    this.tell(unit, call, 'cancelFulfilmentOrder', { reference: id });
    const result = await this.groupCommit.commit(unit);
    if (result.committed) return { outcome: 'applied', reference: id };
    return { outcome: 'rejected', reason: (result.rejected.detail as { detail: string }).detail };
  }

  find(id: string): Promise<StoreTaskRecord | null> {
    return this.database.dataSource.getRepository(StoreTaskRecord).findOneBy({ id });
  }

  private tell(unit: UnitOfWork, { subject }: CallContext, name: string, detail: Record<string, unknown>): void {
    if (subject === undefined) return;
    recordJourney(unit, { subject, kind: 'vendorCall', system: SYSTEM, name, outcome: 'applied', detail });
  }
}
