// What the APIs of one process share: database, group commit, events, engine and identity, opened and closed in order.
import { processApis, type ProcessApi } from '#process';
import { HttpTransport, Clients, type Transport } from '#client';
import { Config } from '#config';
import { documentName, Problem, problems } from '#contracts';
import { Database, GroupCommit } from '#database';
import {
  EventLog,
  eventsEntities,
  eventsMigrations,
  JourneyRecorder,
  outbox,
  recordJourney,
  Sequencer,
} from '#events';
import {
  consumerData,
  Consumers1700000003100,
  Counters,
  DirectTransport,
  GovernanceData,
  Identity,
  Limiter, OutboundBudgets,
  policyData,
  QuotaFunctions1700000003110,
  QuotaStore,
  Shedding,
  StoredAnswer1700000000100,
  type ApiDefinition,
  type ApiRuntime,
  lifecycleData,
  Lifecycles1700000003200,
  UsageRecorder,
  type Governance,
} from '#governance';
import { metrics } from '#telemetry';
import { Engine, workflowEntities, workflowMigrations, type AnyWorkflow, type StepEvent } from '#workflow';
import type { UnitOfWork } from '#database';
import { catalog } from './catalog.js';
import { Housekeeping } from './housekeeping.js';
import { Pressure } from './pressure.js';

const MINUTE_MS = 60_000;

const batchSizes = metrics.histogram(
  'throughline_commit_units',
  'Units of work that shared a transaction.',
  [],
  [1, 2, 5, 10, 20, 50, 100, 200, 500],
);
const commitSeconds = metrics.histogram('throughline_commit_duration_seconds', 'Duration of group commits.');

/** Shared storage of a process that serves an API with data. */
export interface Storage {
  readonly database: Database;
  readonly groupCommit: GroupCommit;
  readonly sequencer: Sequencer;
  readonly eventLog: EventLog;
  readonly journeyRecorder: JourneyRecorder;
  readonly data: GovernanceData;
  readonly usage: UsageRecorder;
}

/** What every process keeps in memory of how calls are governed. */
const GOVERNANCE_PARTS = [policyData, consumerData, lifecycleData];

export class Services {
  readonly identity: Identity;
  readonly limiter: Limiter;
  readonly shedding: Shedding;
  readonly budgets: OutboundBudgets;
  private readonly counters: Counters;
  /** Running APIs by the name of their document. */
  readonly runtimes = new Map<string, ApiRuntime>();
  readonly engine: Engine | undefined;
  private readonly housekeeping: Housekeeping | undefined;
  private readonly clients = new Map<string, Clients>();
  private readonly http: HttpTransport[] = [];

  private constructor(
    readonly config: Config,
    readonly served: readonly (ApiDefinition | ProcessApi)[],
    readonly storage: Storage | undefined,
    readonly pressure: Pressure,
  ) {
    this.identity = new Identity(config.THROUGHLINE_SECRET, config.publicUrl, {
      ...(storage ? { data: storage.data } : {}), sandbox: config.THROUGHLINE_MODE === 'sandbox',
      trustedIssuers: config.TRUSTED_ISSUERS,
    });
    this.counters = new Counters(storage && new QuotaStore(storage.database, config.WORKER_ID));
    storage?.data.onRecall((key) => this.counters.recall(key));
    this.shedding = new Shedding(storage?.data);
    this.limiter = new Limiter(this.counters, storage?.data);
    this.budgets = new OutboundBudgets(this.counters, storage?.data);
    this.engine = storage && this.openEngine(storage);
    this.housekeeping = storage && this.engine && new Housekeeping(storage.database, this.engine);
  }

  /**
   * Connects and migrates; starts nothing yet. A process that serves only experience APIs may do without a database,
   * but then knows no keys, plans and shared limits.
   */
  static async open(
    config: Config,
    served: readonly (ApiDefinition | ProcessApi)[],
    databaseUrl: string | undefined,
  ): Promise<Services> {
    const pressure = new Pressure();
    const storage = databaseUrl === undefined ? undefined : await openStorage(config, databaseUrl, pressure);
    return new Services(config, served, storage, pressure);
  }

  get governance(): Governance {
    const { storage } = this;
    return {
      identity: this.identity, limiter: this.limiter, shedding: this.shedding,
      ...(storage ? { storage, data: storage.data, usage: storage.usage } : {}),
    };
  }

  /** What the token endpoint looks consumers up in. */
  get tokens(): { identity: Identity; data?: GovernanceData } {
    return { identity: this.identity, ...(this.storage ? { data: this.storage.data } : {}) };
  }

  /** The clients of one API: a direct call where the callee runs here, HTTP where API_URLS says it runs. */
  clientsOf(definition: ApiDefinition): Clients {
    const { name } = definition.contract;
    const document = documentName(definition.contract);
    const known = this.clients.get(document);
    if (known) return known;
    const scopes = [
      ...new Set(
        definition.requires.flatMap(({ operations }) => Object.values(operations).flatMap(({ scope }) => scope ?? [])),
      ),
    ];
    const transports = new Map(
      definition.requires.map((required): [string, Transport] => [
        required.name,
        this.transport(required.name, name, scopes),
      ]),
    );
    const clients = new Clients(transports);
    this.clients.set(document, clients);
    return clients;
  }

  /** APIs that those served here call and that are neither here nor named in API_URLS. */
  get unplaced(): string[] {
    const required = new Set(this.served.flatMap(({ requires }) => requires.map(({ name }) => name)));
    return [...required].filter(
      (name) =>
        !this.served.some(({ contract }) => contract.name === name) &&
        remoteUrl(name, this.config.API_URLS) === undefined,
    );
  }

  /** Starts what works by itself, once every API can be called. */
  async start(): Promise<void> {
    this.storage?.sequencer.start();
    this.storage?.usage.start();
    this.housekeeping?.start();
    if (this.engine && this.served.some((definition) => processApis.includes(definition))) await this.engine.open();
  }

  async close(): Promise<void> {
    await this.housekeeping?.stop();
    await this.engine?.stop();
    await Promise.all(this.http.map((transport) => transport.close()));
    this.pressure.close();
    this.shedding.close();
    await this.counters.close();
    if (!this.storage) return;
    const { journeyRecorder, sequencer, groupCommit, eventLog, database, data } = this.storage;
    await this.storage.usage.close();
    await data.close();
    await journeyRecorder.drain();
    await groupCommit.close();
    await sequencer.stop();
    await eventLog.close();
    await database.close();
  }

  private transport(callee: string, caller: string, scopes: readonly string[]): Transport {
    const here = this.served.find(({ contract }) => contract.name === callee);
    if (here) return new DirectTransport(() => this.runtimes.get(documentName(here.contract))!, caller, scopes);
    const url = remoteUrl(callee, this.config.API_URLS);
    if (url === undefined) return unplaced(callee);
    const transport = new HttpTransport(url, () => this.identity.serviceAuthorization(caller, scopes));
    this.http.push(transport);
    return transport;
  }

  private openEngine({ database, groupCommit }: Storage): Engine {
    const workflows = this.served.flatMap((definition): readonly AnyWorkflow[] =>
      'workflows' in definition && definition.workflows ? definition.workflows(this.clientsOf(definition), database)
        : [],
    );
    return new Engine({
      database,
      groupCommit,
      workflows,
      workerId: this.config.WORKER_ID,
      leaseMs: this.config.LEASE_MS,
      concurrency: this.config.WORKFLOW_CONCURRENCY,
      pressure: () => this.pressure.level,
      retry: { maxUncertainMs: this.config.UNCERTAIN_LIMIT_MINUTES * MINUTE_MS },
      onStep: tellJourney,
      ...(this.config.THROUGHLINE_MODE === 'sandbox' && { failpoints: this.config.FAILPOINTS }),
    });
  }
}

async function openStorage(config: Config, url: string, pressure: Pressure): Promise<Storage> {
  const database = await Database.connect({
    url,
    poolSize: config.DATABASE_POOL,
    applicationName: `throughline ${config.WORKER_ID}`,
    entities: [...eventsEntities, ...workflowEntities, ...catalog.flatMap(({ entities }) => entities)],
    migrations: [
      ...eventsMigrations,
      ...workflowMigrations,
      StoredAnswer1700000000100,
      Consumers1700000003100,
      QuotaFunctions1700000003110,
      Lifecycles1700000003200,
      ...catalog.flatMap(({ migrations }) => migrations),
    ],
  });
  await database.migrate();
  const sequencer = new Sequencer(database, config.WORKER_ID);
  const groupCommit = new GroupCommit(database, {
    onBatch: ({ units, durationMs, writers }) => {
      batchSizes.observe(units);
      commitSeconds.observe(durationMs / 1000);
      if (writers.has(outbox.name)) sequencer.nudge();
    },
  });
  return {
    database,
    groupCommit,
    sequencer,
    eventLog: new EventLog(database, sequencer, () => pressure.level),
    journeyRecorder: new JourneyRecorder(groupCommit),
    data: await GovernanceData.open({ database, url, parts: GOVERNANCE_PARTS }),
    usage: new UsageRecorder(database),
  };
}

/** Steps of a run are part of the journey of what the run is about; its id is the journey's subject. */
function tellJourney(event: StepEvent, unit: UnitOfWork): void {
  if (event.phase === 'wait' || event.name === 'begin') return;
  recordJourney(unit, {
    subject: event.runId,
    kind: 'step',
    system: 'throughline',
    name: event.phase === 'undo' ? `undo: ${event.name}` : event.name,
    outcome: event.outcome,
    durationMs: Math.round(event.durationMs),
    attempt: event.attempt,
    ...(event.error ? { reason: event.error.message.slice(0, 1000) } : {}),
  });
}

function remoteUrl(api: string, urls: readonly string[]): string | undefined {
  const entries = urls.map((entry) => entry.split('=', 2) as [string, string]);
  return (entries.find(([name]) => name === api) ?? entries.find(([name]) => name === api.split('/')[0]))?.[1];
}

/** An API nobody told us the place of: part of the house may start without it, calls to it say what to set. */
function unplaced(api: string): Transport {
  const detail = `${api} is not served by this process; set API_URLS, e.g. API_URLS=${api}=http://host:3000.`;
  return { call: () => Promise.reject(new Problem(problems.vendorUnavailable, { detail })) };
}
