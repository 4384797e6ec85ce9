// One running API: finds which controller method implements which operation and runs calls through the pipeline,
// whichever transport they come from.
import type { IncomingHttpHeaders } from 'node:http';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import {
  documentName, serviceContext, type Answer, type CallContext, type Caller, type Operation,
} from '#contracts';
import type { ApiDefinition } from './api.js';
import type { Call, Next } from './call.js';
import type { VerifiedCaller } from './identity.js';
import { operationOf } from './implements.js';
import type { Lifecycle } from './lifecycle.js';
import { lifecycleData } from './lifecycle-data.js';
import type { Taken } from './limiter.js';
import { asAnswer, Pipeline, type Governance } from './pipeline.js';
import { Revisions } from './revisions.js';

type Handler = (input: { params: unknown; body: unknown }, context: CallContext) => Promise<unknown>;

/** What a transport hands over; a direct call brings its caller and context. */
export interface Request {
  readonly source: Call['source'];
  readonly headers?: Call['headers'];
  readonly url?: Call['url'];
  readonly address?: Call['address'];
  readonly counted?: Call['counted'];
  readonly params: Record<string, unknown>;
  readonly body: unknown;
  readonly caller?: Caller | undefined;
  readonly context?: CallContext;
}

/** What a transport has found out about a request that runs several operations. */
export interface Admission {
  readonly cost: number;
  readonly headers: Record<string, string>;
  /** Deprecated fields it asks for. */
  readonly deprecated: readonly string[];
}

/** Name by which limits and usage know GraphQL requests as a whole. */
const GRAPHQL = 'graphql';

export interface Response {
  readonly answer: Answer<unknown>;
  readonly headers: Readonly<Record<string, string>>;
}

@Injectable()
export class ApiRuntime implements OnModuleInit {
  readonly revisions: Revisions;
  private readonly chains = new Map<string, Next>();

  constructor(
    readonly definition: ApiDefinition,
    private readonly governance: Governance,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly pipeline = new Pipeline(governance),
  ) {
    this.revisions = revisionsOf(definition);
  }

  /** Where this version stands now. */
  get lifecycle(): Lifecycle {
    const { lifecycle, contract } = this.definition;
    return this.governance.data?.of(lifecycleData).standing(documentName(contract)) ?? lifecycle;
  }

  /** Binds every operation; a contract with an operation nobody implements does not start. */
  onModuleInit(): void {
    for (const { instance } of this.discovery.getControllers()) {
      if (typeof instance !== 'object' || instance === null) continue;
      const prototype = Object.getPrototypeOf(instance) as Record<string, Handler>;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const operation = operationOf(prototype[name]!);
        if (operation) this.bind(operation, prototype[name]!.bind(instance));
      }
    }
    const missing = Object.keys(this.definition.contract.operations).filter((id) => !this.chains.has(id));
    if (missing.length > 0)
      {throw new Error(`${this.definition.contract.name} does not implement ${missing.join(', ')}`);}
  }

  /**
   * Who sends a request, for a transport that must know before it sees which operations are asked for.
   * @throws Problem invalid-token
   */
  authenticate(headers: IncomingHttpHeaders, request: { method: string; path: string }): Promise<VerifiedCaller> {
    const { identity } = this.governance;
    return identity.verify(headers.authorization, {
      headers, request: { method: request.method, url: identity.issuer + request.path },
    });
  }

  /**
   * Counts a request that runs several operations, before any of them runs, with its cost; its deprecated fields count
   * as used. Operations run with `counted` are not counted again.
   * @throws Problem subscription-required, quota-exceeded
   */
  async admit(caller: VerifiedCaller, { cost, headers, deprecated }: Admission): Promise<Taken | undefined> {
    const operation = { ...Object.values(this.definition.contract.operations)[0]!, id: GRAPHQL };
    if (deprecated.length > 0) this.governance.usage?.count(caller.clientId, operation, deprecated);
    if (caller.service) return undefined;
    return this.governance.limiter?.take(caller, operation, cost, headers);
  }

  /** Runs one request; throws Problem. `headers` is filled as far as the pipeline came, also when it throws. */
  async execute(operation: Operation, request: Request, headers: Record<string, string> = {}): Promise<Response> {
    const chain = this.chains.get(operation.id);
    if (!chain) throw new Error(`${operation.id} is not an operation of ${this.definition.contract.name}`);
    const answer = await chain({
      operation,
      lifecycle: this.lifecycle,
      revisions: this.revisions,
      source: request.source,
      headers: request.headers ?? {},
      url: request.url,
      address: request.address,
      counted: request.counted,
      params: request.params,
      body: request.body,
      caller: request.caller,
      answerHeaders: headers,
      context: request.context ?? { ...serviceContext('anonymous'), headers: request.headers },
    });
    return { answer, headers: joined(headers, answer.headers) };
  }

  private bind(operation: Operation, handler: Handler): void {
    this.chains.set(
      operation.id,
      this.pipeline.of(operation, async (call) =>
        asAnswer(operation, await handler({ params: call.params, body: call.body }, call.context)),
      ),
    );
  }
}

/** The revisions of an API version: the day it was published, and one per dated change. */
export function revisionsOf({ lifecycle, gates }: Pick<ApiDefinition, 'lifecycle' | 'gates'>): Revisions {
  return new Revisions(lifecycle.publishedAt.slice(0, 10), gates);
}

/** Headers of the pipeline and of the handler; relations of both live side by side in one Link. */
function joined(pipeline: Record<string, string>, handler: Readonly<Record<string, string>>): Record<string, string> {
  const all = { ...pipeline, ...handler };
  const { link } = pipeline;
  return link && handler['link'] ? { ...all, link: `${handler['link']}, ${link}` } : all;
}
