// Inventory by itself in this process, seeded, behind its whole pipeline: a benchmark asks it as another API would.
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Clients } from '#client';
import { Config } from '#config';
import { inventoryApi } from '#contracts';
import { Database, GroupCommit } from '#database';
import { EventLog, eventsEntities, eventsMigrations, JourneyRecorder, Sequencer } from '#events';
import { ApiRuntime, DirectTransport, GovernanceModule, Identity, StoredAnswer1700000000100 } from '#governance';
import { systemApis } from '#system';
import type { Bench } from './comparison.js';
import { freshDatabase } from './databases.js';

const CONNECTIONS = 10;

@Module({})
class ServicesModule {}

@Module({})
class InventoryAppModule {}

/** A client of inventory, and the group commit that its writes go through. */
export async function openInventory(bench: Bench) {
  const definition = systemApis.find(({ contract }) => contract.name === inventoryApi.name)!;
  const config = Config.read({ LOG_LEVEL: 'error' });
  const database = await Database.connect({
    url: await freshDatabase(bench), poolSize: CONNECTIONS, applicationName: 'bench',
    entities: [...eventsEntities, ...definition.entities],
    migrations: [...eventsMigrations, StoredAnswer1700000000100, ...definition.migrations],
  });
  bench.resources.defer(() => database.close());
  await database.migrate();
  const groupCommit = new GroupCommit(database);
  bench.resources.defer(() => groupCommit.close());
  const sequencer = new Sequencer(database, 'bench');
  const services: [Type, unknown][] = [
    [Config, config], [Database as unknown as Type, database], [GroupCommit as Type, groupCommit],
    [Sequencer as Type, sequencer], [EventLog as Type, new EventLog(database, sequencer)],
    [JourneyRecorder as Type, new JourneyRecorder(groupCommit)], [Clients, new Clients(new Map())],
  ];
  const providers = services.map(([provide, useValue]) => ({ provide, useValue }));
  const shared: DynamicModule = {
    module: ServicesModule, global: true, providers, exports: providers.map(({ provide }) => provide),
  };
  const identity = new Identity(config.THROUGHLINE_SECRET, config.publicUrl);
  const governance = { identity, storage: { database, groupCommit } };
  const app = await NestFactory.createApplicationContext({
    module: InventoryAppModule, imports: [shared, GovernanceModule.forApi(definition, governance), definition.module],
  }, { logger: ['error', 'fatal'] });
  bench.resources.defer(() => app.close());
  if (definition.seed) await app.get(definition.seed).seed(() => undefined);
  const runtime = app.get(ApiRuntime);
  const scopes = Object.values(inventoryApi.operations).flatMap(({ scope }) => scope ?? []);
  const transport = new DirectTransport(() => runtime, 'process/orders', scopes);
  return { database, groupCommit, inventory: new Clients(new Map([[inventoryApi.name, transport]])).of(inventoryApi) };
}
