// One Nest application per API, the same alone and together: its module, governance, and the services of the process.
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Clients } from '#client';
import { Config } from '#config';
import { Database, GroupCommit } from '#database';
import { EventLog, JourneyRecorder, Sequencer } from '#events';
import {
  ApiRuntime, GovernanceData, GovernanceModule, HttpProblemFilter, UsageRecorder, OutboundBudgets, type ApiDefinition,
} from '#governance';
import { documentName } from '#contracts';
import { ApiCatalogSource, CatalogApis } from '#platform';
import { Engine } from '#workflow';
import { catalog } from './catalog.js';
import type { Services } from './services.js';

const BODY_BYTES_MAX = 1_048_576;
/** Bodies Fastify and Nest read by default and our contracts do not take. */
const OTHER_BODIES = ['text/plain', 'application/x-www-form-urlencoded'];

/** What the modules of an API are given. */
export type ModuleServices = Pick<
  Services, 'config' | 'served' | 'storage' | 'engine' | 'governance' | 'clientsOf' | 'budgets'
>;

@Module({})
class ApiModule {}

export class ApiApp {
  private constructor(
    readonly definition: ApiDefinition,
    private readonly app: NestFastifyApplication,
  ) {}

  static async start(definition: ApiDefinition, services: Services): Promise<ApiApp> {
    const adapter = new FastifyAdapter({
      bodyLimit: BODY_BYTES_MAX,
      exposeHeadRoutes: true,
      forceCloseConnections: false,
    });
    const rawBody = Object.values(definition.contract.operations).some((operation) => operation.rawBody);
    const app = await NestFactory.create<NestFastifyApplication>(rootModule(definition, services), adapter, {
      rawBody,
      logger: ['error', 'fatal'],
      abortOnError: false,
    });
    const fastify = adapter.getInstance();
    // Per route: Nest sets its own handler only after its routes, which keep the one that stood when they were added.
    fastify.addHook('onRoute', (route) => {
      route.errorHandler ??= (error, request, reply) => app.get(HttpProblemFilter).answer(error, request, reply);
    });
    await app.init();
    for (const type of OTHER_BODIES) if (fastify.hasContentTypeParser(type)) fastify.removeContentTypeParser(type);
    await fastify.ready();
    services.runtimes.set(documentName(definition.contract), app.get(ApiRuntime));
    return new ApiApp(definition, app);
  }

  /** Paths the front door sends here. */
  get prefixes(): readonly string[] {
    return [this.definition.contract.basePath, ...(this.definition.alsoServes ?? [])];
  }

  get nest(): NestFastifyApplication {
    return this.app;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.app.getHttpAdapter().getInstance().routing(request, response);
  }

  async seed(progress: (text: string) => void): Promise<void> {
    if (this.definition.seed) await this.app.get(this.definition.seed).seed(progress);
  }

  async startBackground(): Promise<void> {
    for (const background of this.definition.background ?? []) await this.app.get(background).start();
  }

  async close(): Promise<void> {
    await Promise.all((this.definition.background ?? []).map((background) => this.app.get(background).stop()));
    await this.app.close();
  }
}

/** The module of one API's application; also what its OpenAPI document is generated from. */
export function rootModule(definition: ApiDefinition, services: ModuleServices): DynamicModule {
  return {
    module: ApiModule,
    imports: [
      sharedServices(definition, services),
      GovernanceModule.forApi(definition, services.governance),
      definition.module,
    ],
  };
}

@Module({})
class SharedServicesModule {}

function sharedServices(definition: ApiDefinition, services: ModuleServices): DynamicModule {
  const { storage, engine, config, served } = services;
  const entries = catalog.map((entry) => ({ definition: entry, servedHere: served.includes(entry) }));
  const values: [Type | undefined, unknown][] = [
    [Config, config],
    [Clients, services.clientsOf(definition)],
    [OutboundBudgets as Type, services.budgets],
    [CatalogApis, new CatalogApis(catalog.map(({ contract }) => contract))],
    [ApiCatalogSource, new ApiCatalogSource(entries)],
    [storage && (GovernanceData as unknown as Type), storage?.data],
    [storage && (UsageRecorder as Type), storage?.usage],
    [storage && (Database as unknown as Type), storage?.database],
    [storage && (GroupCommit as Type), storage?.groupCommit],
    [storage && (Sequencer as Type), storage?.sequencer],
    [storage && (EventLog as Type), storage?.eventLog],
    [storage && (JourneyRecorder as Type), storage?.journeyRecorder],
    [engine && (Engine as Type), engine],
  ];
  const providers = values.flatMap(([provide, useValue]) => (provide ? [{ provide, useValue }] : []));
  return { module: SharedServicesModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
}
