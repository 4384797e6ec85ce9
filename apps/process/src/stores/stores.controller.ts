// What people at stores do, checked for the store they may act for and handed to the systems that keep it.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  inventoryApi, ordersApi, Problem, problems, productApi, storesApi, warehouseApi, type CallContext, type InputOf,
  type Manifest, type PackingSlip, type Store, type StoreList, type StoreTask, type StoreTaskPage,
} from '#contracts';
import { Implements } from '#governance';
import { Manifests } from './manifest.command.js';
import { StoreAccess } from './store-access.reader.js';

const { operations } = storesApi;
/** GS1 application identifier of an SSCC. */
const AI_SSCC = '00';

@Controller()
export class StoresController {
  constructor(
    private readonly clients: Clients, private readonly access: StoreAccess, private readonly manifests: Manifests,
  ) {}

  @Implements(operations.listStores)
  async listStores({ params }: InputOf<typeof operations.listStores>, call: CallContext): Promise<StoreList> {
    const { stores } = await this.clients.of(warehouseApi).listStores({}, call);
    return { stores: await this.access.among(call, stores, params.associate) };
  }

  @Implements(operations.getStore)
  async getStore({ params }: InputOf<typeof operations.getStore>, call: CallContext): Promise<Store> {
    await this.access.check(call, params.storeId);
    return this.clients.of(warehouseApi).getStore({ params }, call);
  }

  @Implements(operations.setStoreSettings)
  async setStoreSettings(input: InputOf<typeof operations.setStoreSettings>, call: CallContext): Promise<Store> {
    await this.access.check(call, input.params.storeId);
    await this.clients.of(warehouseApi).getStore({ params: input.params }, call);
    const store = await this.clients.of(warehouseApi).setStoreSettings(input, call);
    // Sourcing asks the stock ledger what a location takes part in.
    const { shipsFromStore, dailyCapacity } = input.body;
    await this.clients.of(inventoryApi).setLocationPolicy({
      params: { locationId: input.params.storeId }, body: { shipsFromStore, dailyCapacity },
    }, call);
    return store;
  }

  @Implements(operations.listTasks)
  async listTasks({ params }: InputOf<typeof operations.listTasks>, call: CallContext): Promise<StoreTaskPage> {
    const { associate, orderNumber, ...query } = params;
    await this.access.check(call, params.storeId, [associate]);
    if (orderNumber === undefined) return this.clients.of(warehouseApi).listStoreTasks({ params: query }, call);
    const { id: orderId } = await this.clients.of(ordersApi).getOrder({ params: { orderId: orderNumber } }, call);
    return this.clients.of(warehouseApi).listStoreTasks({ params: { ...query, orderId } }, call);
  }

  @Implements(operations.getTask)
  async getTask({ params }: InputOf<typeof operations.getTask>, call: CallContext): Promise<StoreTask> {
    const { storeId, taskId } = params;
    await this.access.check(call, storeId);
    const task = await this.clients.of(warehouseApi).getStoreTask({ params: { taskId } }, call);
    if (task.storeId === storeId) return task;
    throw new Problem(problems.notFound, { detail: `Store ${storeId} has no task ${taskId}.` });
  }

  @Implements(operations.recordWork)
  async recordWork({ params, body }: InputOf<typeof operations.recordWork>, call: CallContext): Promise<StoreTask> {
    const { storeId, taskId } = params;
    const { associate, ...fact } = body;
    await this.access.check(call, storeId, [associate, body.assignee]);
    const { orderId } = await this.getTask({ params }, call);
    return this.clients.of(warehouseApi).recordStoreFact({
      params: { taskId }, body: { ...fact, by: associate, fact: call.idempotencyKey ?? call.requestId },
    }, { ...call, subject: orderId });
  }

  @Implements(operations.extendTask)
  async extendTask({ params, body }: InputOf<typeof operations.extendTask>, call: CallContext): Promise<StoreTask> {
    await this.access.check(call, params.storeId, [body.associate]);
    const { id: pickupId, orderId } = await this.getTask({ params }, call);
    await this.clients.of(ordersApi).extendPickup({ params: { orderId, pickupId } }, call);
    return this.getTask({ params }, call);
  }

  @Implements(operations.shipTask)
  async shipTask({ params, body }: InputOf<typeof operations.shipTask>, call: CallContext): Promise<StoreTask> {
    const { associate, ...address } = body;
    await this.access.check(call, params.storeId, [associate]);
    const task = await this.getTask({ params }, call);
    const path = { orderId: task.orderId, pickupId: task.id };
    await this.clients.of(ordersApi).convertPickup({ params: path, body: address }, call);
    return task;
  }

  @Implements(operations.getPackingSlip)
  async getPackingSlip(input: InputOf<typeof operations.getPackingSlip>, call: CallContext): Promise<PackingSlip> {
    const task = await this.getTask(input, call);
    const { id: taskId, storeId, parcel, shipTo, orderNumber, state } = task;
    if (!parcel || !shipTo) {
      throw new Problem(problems.stateConflict, { detail: `Task ${taskId} is ${state}; it has no parcel.` });
    }
    const lines = await Promise.all(task.lines.filter(({ picked }) => picked > 0).map(async ({ sku, picked }) => {
      const { name } = await this.clients.of(productApi).getProduct({ params: { sku } }, call);
      return { sku, name, quantity: picked };
    }));
    const barcode = `(${AI_SSCC})${parcel.trackingNumber}`;
    return { taskId, storeId, orderNumber: orderNumber ?? task.orderId, shipTo, parcel, barcode, lines };
  }

  @Implements(operations.closeManifest)
  async closeManifest(
    { params, body }: InputOf<typeof operations.closeManifest>, call: CallContext,
  ): Promise<Manifest> {
    await this.access.check(call, params.storeId, [body.associate]);
    return this.manifests.close(params.storeId, body, call);
  }

  @Implements(operations.getManifest)
  async getManifest({ params }: InputOf<typeof operations.getManifest>, call: CallContext): Promise<Manifest> {
    await this.access.check(call, params.storeId);
    return this.manifests.read(params.storeId, params.manifestId, call);
  }
}
