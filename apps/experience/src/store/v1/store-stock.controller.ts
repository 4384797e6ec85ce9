// Stock, counts, tills and returns of a store's app, by asking process/stores.
import { Controller } from '@nestjs/common';
import { Clients } from '#client';
import {
  storesApi, type CallContext, type InputOf, type PosResults, type StoreReturn, type StoreStock, type StoreStockFacts,
} from '#contracts';
import { Implements } from '#governance';
import { storeApi } from './store.contract.js';

const { operations } = storeApi;
type Input<Name extends keyof typeof operations> = InputOf<(typeof operations)[Name]>;

@Controller()
export class StoreStockController {
  constructor(private readonly clients: Clients) {}

  @Implements(operations.lookUpStock)
  lookUpStock({ params }: Input<'lookUpStock'>, call: CallContext): Promise<StoreStock> {
    return this.clients.of(storesApi).lookUpStock({ params }, call);
  }

  @Implements(operations.recordCount)
  recordCount({ params, body }: Input<'recordCount'>, call: CallContext): Promise<StoreStockFacts> {
    return this.clients.of(storesApi).recordCount({ params, body }, call);
  }

  @Implements(operations.recordPosTransactions)
  recordPosTransactions({ params, body }: Input<'recordPosTransactions'>, call: CallContext): Promise<PosResults> {
    return this.clients.of(storesApi).recordPosTransactions({ params, body }, call);
  }

  @Implements(operations.listStockFacts)
  listStockFacts({ params }: Input<'listStockFacts'>, call: CallContext): Promise<StoreStockFacts> {
    return this.clients.of(storesApi).listStockFacts({ params }, call);
  }

  @Implements(operations.receiveReturn)
  receiveReturn({ params, body }: Input<'receiveReturn'>, call: CallContext): Promise<StoreReturn> {
    return this.clients.of(storesApi).receiveReturn({ params, body }, call);
  }
}
