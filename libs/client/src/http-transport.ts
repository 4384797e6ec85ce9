// The transport of a split deployment: one keep-alive pool per called API (a pool shared by nested hops deadlocks),
// a deadline on every call, and problem documents turned back into the Problem they were.
import { contextHeaders, Problem, problems, type CallContext, type Operation } from '#contracts';
import { currentTraceparent, inSpan, SpanKind } from '#telemetry';
import { errors, Pool } from 'undici';
import type { Transport } from './client.js';

/** Sockets to one called API; more calls than this wait in the pool. */
const CONNECTIONS_MAX = 128;

export class HttpTransport implements Transport {
  private readonly pool: Pool;

  /** @param authorization gives the Authorization header of the calling API, cached by the giver */
  constructor(
    baseUrl: string,
    private readonly authorization: () => Promise<string>,
  ) {
    this.pool = new Pool(baseUrl, {
      connections: CONNECTIONS_MAX,
      keepAliveTimeout: 30_000,
      connect: { timeout: 2_000 },
    });
  }

  call(operation: Operation, input: unknown, context: CallContext): Promise<unknown> {
    return inSpan(
      `call ${operation.id}`,
      { 'rpc.method': operation.id },
      () => this.send(operation, input, context),
      SpanKind.CLIENT,
    );
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private async send(operation: Operation, input: unknown, context: CallContext): Promise<unknown> {
    const remainingMs = context.deadline - Date.now();
    if (remainingMs <= 0)
      {throw new Problem(problems.deadlineExceeded, { detail: `No time left to call ${operation.id}.` });}
    const { params = {}, body } = input as { params?: Record<string, unknown>; body?: unknown };
    try {
      const response = await this.pool.request({
        method: operation.method,
        path: operation.api.basePath + resourcePath(operation, params),
        headers: await this.headers(context, remainingMs, body !== undefined),
        body: body === undefined ? null : JSON.stringify(body),
        headersTimeout: remainingMs,
        bodyTimeout: remainingMs,
      });
      const text = await response.body.text();
      const answer: unknown = text === '' ? undefined : JSON.parse(text);
      if (response.statusCode >= 400) throw Problem.fromJSON(answer as Record<string, unknown>);
      return answer;
    } catch (error) {
      throw error instanceof Problem ? error : transportProblem(operation, error);
    }
  }

  private async headers(context: CallContext, remainingMs: number, hasBody: boolean): Promise<Record<string, string>> {
    const traceparent = currentTraceparent();
    return {
      authorization: await this.authorization(),
      'x-request-id': context.requestId,
      [contextHeaders.consumer]: context.consumer,
      [contextHeaders.remainingMs]: String(Math.floor(remainingMs)),
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...(traceparent ? { traceparent } : {}),
      ...(context.idempotencyKey ? { 'idempotency-key': JSON.stringify(context.idempotencyKey) } : {}),
      ...(context.subject ? { [contextHeaders.subject]: context.subject } : {}),
      ...(context.mayHaveRun ? { [contextHeaders.mayHaveRun]: 'true' } : {}),
    };
  }
}

/** Path and query of an operation: `{name}` is filled from `params`, what remains becomes the query. */
export function resourcePath(operation: Pick<Operation, 'path'>, params: Record<string, unknown>): string {
  const used = new Set<string>();
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    used.add(name);
    return encodeURIComponent(String(params[name]));
  });
  const query = new URLSearchParams(
    Object.entries(params)
      .filter(([name, value]) => !used.has(name) && value !== undefined)
      .map(([name, value]): [string, string] => [name, Array.isArray(value) ? value.join(',') : String(value)]),
  ).toString();
  return query === '' ? path : `${path}?${query}`;
}

function transportProblem(operation: Operation, error: unknown): Problem {
  const late = error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError;
  return new Problem(
    late ? problems.deadlineExceeded : problems.vendorUnavailable,
    {
      detail: `${operation.api.name} ${late ? 'did not answer in time' : 'cannot be reached'} for ${operation.id}.`,
      ...(late ? {} : { retryAfterSeconds: 1 }),
    },
    { cause: error },
  );
}
