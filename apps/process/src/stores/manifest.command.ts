// Hands the packed parcels of a store to its carrier. The manifest is written down first, so that a hand-over that
// breaks off is carried on with the same parcels when it is asked for again.
import { Injectable } from '@nestjs/common';
import { Clients } from '#client';
import {
  derivedId, Problem, problems, warehouseApi, type CallContext, type Manifest, type NewManifest, type StoreTask,
} from '#contracts';
import { Database } from '#database';
import { ManifestRecord } from './stores.entity.js';

const PARCELS_MAX = 500;
const PAGE = 100;

@Injectable()
export class Manifests {
  constructor(private readonly database: Database, private readonly clients: Clients) {}

  async close(storeId: string, { associate, carrier }: NewManifest, call: CallContext): Promise<Manifest> {
    const warehouse = this.clients.of(warehouseApi);
    const id = derivedId('man', storeId, call.consumer, call.idempotencyKey ?? call.requestId);
    const manifests = this.database.dataSource.getRepository(ManifestRecord);
    if (!(await manifests.existsBy({ id }))) {
      const by = carrier ?? (await warehouse.getStore({ params: { storeId } }, call)).settings.carrier;
      const parcels = (await this.packed(storeId, call)).filter(({ parcel }) => parcel?.carrier === by);
      if (parcels.length === 0) {
        throw new Problem(problems.stateConflict, { detail: `No packed parcel waits for ${by} at ${storeId}.` });
      }
      await manifests.createQueryBuilder().insert().orIgnore()
        .values({ id, storeId, carrier: by, associate, taskIds: parcels.map((task) => task.id) }).execute();
    }
    const { taskIds } = await manifests.findOneByOrFail({ id });
    for (const taskId of taskIds) {
      const body = { fact: `ship:${id}`, kind: 'ship', by: associate, manifest: id };
      await warehouse.recordStoreFact({ params: { taskId }, body }, call);
    }
    return this.read(storeId, id, call);
  }

  /** @throws Problem not-found, also for a manifest of another store */
  async read(storeId: string, id: string, call: CallContext): Promise<Manifest> {
    const record = await this.database.dataSource.getRepository(ManifestRecord).findOneBy({ id, storeId });
    if (!record) throw new Problem(problems.notFound, { detail: `Store ${storeId} has no manifest ${id}.` });
    const parcels = await Promise.all(record.taskIds.map((taskId) =>
      this.clients.of(warehouseApi).getStoreTask({ params: { taskId } }, call)));
    const { carrier, associate, closedAt } = record;
    return { id, storeId, carrier, associate, closedAt: closedAt.toISOString(), parcels };
  }

  private async packed(storeId: string, call: CallContext): Promise<StoreTask[]> {
    const found: StoreTask[] = [];
    let cursor: string | undefined;
    do {
      const params = { storeId, state: 'packed', limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
      const page = await this.clients.of(warehouseApi).listStoreTasks({ params }, call);
      found.push(...page.tasks);
      cursor = page.next;
    } while (cursor !== undefined && found.length < PARCELS_MAX);
    return found.slice(0, PARCELS_MAX);
  }
}
