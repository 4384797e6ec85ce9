// The smallest API there can be, with one small read behind the whole pipeline: what is left is the price of the door.
import { Controller, Module, type DynamicModule } from '@nestjs/common';
import { Config } from '#config';
import { defineApi, Integer, operation, Shape, Text, type CallContext } from '#contracts';
import { GovernanceModule, Implements, type ApiDefinition, type Governance } from '#governance';

@Shape('Which item.')
export class ItemId {
  @Text({ doc: 'Item id.', max: 60, example: 'itm_1' })
  itemId: string;
}

@Shape('An item.')
export class Item {
  @Text({ doc: 'Item id.', max: 60, example: 'itm_1' })
  itemId: string;

  @Text({ doc: 'Name.', max: 200, example: 'Item' })
  name: string;

  @Integer({ doc: 'Units there are.', min: 0, example: 7 })
  quantity: number;
}

export const itemsApi = defineApi({
  name: 'system/items', version: 1, title: 'Items', description: 'An API for measuring the way to an API.',
  operations: {
    getItem: operation({
      method: 'GET', path: '/items/{itemId}', summary: 'Read an item', params: ItemId, answer: Item,
      scope: 'items:read', rate: 'read', idempotency: 'safe',
    }),
  },
});

const items = new Map(Array.from({ length: 1_000 }, (_, n): [string, Item] =>
  [`itm_${n}`, { itemId: `itm_${n}`, name: `Item ${n}`, quantity: n }]));

export const itemOf = (itemId: string): Item => items.get(itemId)!;

let readRow: ((itemId: string) => Promise<Item[]>) | undefined;

/** Answers with rows from now on instead of from memory. */
export function readRowsFrom(source: (itemId: string) => Promise<object[]>): void {
  readRow = source as typeof readRow;
}

@Controller()
export class ItemsController {
  @Implements(itemsApi.operations.getItem)
  async getItem({ params }: { params: ItemId }, _call: CallContext): Promise<Item> {
    return readRow ? (await readRow(params.itemId))[0]! : itemOf(params.itemId);
  }
}

@Module({ controllers: [ItemsController] })
class ItemsModule {}

const definition: ApiDefinition = {
  contract: itemsApi, lifecycle: { state: 'published', publishedAt: '2026-11-23T00:00:00Z' }, requires: [],
  module: ItemsModule, entities: [], migrations: [],
};

@Module({})
class ItemsAppModule {}

@Module({})
class ConfigModule {}

/** The API's Nest application, put together as the gateway does it. */
export function itemsApp(config: Config, governance: Governance): DynamicModule {
  const settings = {
    module: ConfigModule, global: true, providers: [{ provide: Config, useValue: config }], exports: [Config],
  };
  return { module: ItemsAppModule, imports: [settings, GovernanceModule.forApi(definition, governance), ItemsModule] };
}
