// Serves a store's app by asking process/stores, which knows for which stores the app may act.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  Answer, storesApi, type CallContext, type InputOf, type Manifest, type PackingSlip, type Store, type StoreList,
  type StoreTask, type StoreTaskPage, type StoreTaskPath, type StoreWork,
} from '#contracts';
import { Implements } from '#governance';
import { storeApi } from './store.contract.js';

const { operations, basePath } = storeApi;
type Input<Name extends keyof typeof operations> = InputOf<(typeof operations)[Name]>;

@Controller()
export class StoreController {
  constructor(private readonly clients: Clients) {}

  @Implements(operations.listStores)
  listStores({ params }: Input<'listStores'>, call: CallContext): Promise<StoreList> {
    return this.clients.of(storesApi).listStores({ params }, call);
  }

  @Implements(operations.getStore)
  getStore({ params }: Input<'getStore'>, call: CallContext): Promise<Store> {
    return this.clients.of(storesApi).getStore({ params }, call);
  }

  @Implements(operations.setStoreSettings)
  setStoreSettings({ params, body }: Input<'setStoreSettings'>, call: CallContext): Promise<Store> {
    return this.clients.of(storesApi).setStoreSettings({ params, body }, call);
  }

  @Implements(operations.listTasks)
  async listTasks({ params }: Input<'listTasks'>, call: CallContext): Promise<Answer<StoreTaskPage>> {
    const page = await this.clients.of(storesApi).listTasks({ params }, call);
    if (!page.next) return new Answer(200, page);
    const { storeId, ...query } = params;
    const next = new URLSearchParams(
      Object.entries({ ...query, cursor: page.next }).map(([name, value]): [string, string] => [name, String(value)]));
    return new Answer(200, page, { link: `<${basePath}/stores/${storeId}/tasks?${next.toString()}>; rel="next"` });
  }

  @Implements(operations.getTask)
  getTask({ params }: Input<'getTask'>, call: CallContext): Promise<StoreTask> {
    return this.clients.of(storesApi).getTask({ params }, call);
  }

  @Implements(operations.acceptTask)
  acceptTask({ params, body }: Input<'acceptTask'>, call: CallContext): Promise<StoreTask> {
    return this.record(params, { kind: 'accept', ...body }, call);
  }

  @Implements(operations.pickTask)
  pickTask({ params, body }: Input<'pickTask'>, call: CallContext): Promise<StoreTask> {
    return this.record(params, { kind: 'pick', ...body }, call);
  }

  @Implements(operations.shortPickTask)
  shortPickTask({ params, body }: Input<'shortPickTask'>, call: CallContext): Promise<StoreTask> {
    return this.record(params, { kind: 'pick', ...body }, call);
  }

  @Implements(operations.packTask)
  packTask({ params, body }: Input<'packTask'>, call: CallContext): Promise<StoreTask> {
    return this.record(params, { kind: 'pack', ...body }, call);
  }

  @Implements(operations.readyTask)
  readyTask({ params, body }: Input<'readyTask'>, call: CallContext): Promise<StoreTask> {
    return this.record(params, { kind: 'ready', ...body }, call);
  }

  @Implements(operations.handOverTask)
  handOverTask({ params, body }: Input<'handOverTask'>, call: CallContext): Promise<StoreTask> {
    return this.record(params, { kind: 'collect', ...body }, call);
  }

  @Implements(operations.rejectTask)
  rejectTask({ params, body }: Input<'rejectTask'>, call: CallContext): Promise<StoreTask> {
    return this.record(params, { kind: 'reject', ...body }, call);
  }

  @Implements(operations.deliverTask)
  deliverTask({ params, body }: Input<'deliverTask'>, call: CallContext): Promise<StoreTask> {
    return this.record(params, { kind: 'deliver', ...body }, call);
  }

  @Implements(operations.extendTask)
  extendTask({ params, body }: Input<'extendTask'>, call: CallContext): Promise<StoreTask> {
    return this.clients.of(storesApi).extendTask({ params, body }, call);
  }

  @Implements(operations.shipTask)
  shipTask({ params, body }: Input<'shipTask'>, call: CallContext): Promise<StoreTask> {
    return this.clients.of(storesApi).shipTask({ params, body }, call);
  }

  @Implements(operations.getPackingSlip)
  getPackingSlip({ params }: Input<'getPackingSlip'>, call: CallContext): Promise<PackingSlip> {
    return this.clients.of(storesApi).getPackingSlip({ params }, call);
  }

  @Implements(operations.closeManifest)
  async closeManifest({ params, body }: Input<'closeManifest'>, call: CallContext): Promise<Answer<Manifest>> {
    const manifest = await this.clients.of(storesApi).closeManifest({ params, body }, call);
    return new Answer(201, manifest, { location: `${basePath}/stores/${params.storeId}/manifests/${manifest.id}` });
  }

  @Implements(operations.getManifest)
  getManifest({ params }: Input<'getManifest'>, call: CallContext): Promise<Manifest> {
    return this.clients.of(storesApi).getManifest({ params }, call);
  }

  /** A task's work is told under the caller's own key, so that a repeated tap counts once. */
  private record(params: StoreTaskPath, body: StoreWork, call: CallContext): Promise<StoreTask> {
    return this.clients.of(storesApi).recordWork({ params, body }, call);
  }
}
