// Runs a GraphQL field as an operation of the storefront's contract, so that authentication, scopes, limits,
// idempotency and validation are those of REST.
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AnswerOf, InputOf, Operation } from '#contracts';
import { ApiRuntime } from '#governance';
import { callerOf } from './graphql-admission.wire.js';

/** What the driver hands to every resolver. */
export interface GraphqlContext {
  readonly req: FastifyRequest;
  readonly reply?: FastifyReply;
}

/** Headers about the version that a GraphQL answer carries too. */
const TOLD = ['api-version', 'deprecation', 'sunset', 'link'];

@Injectable()
export class Operations {
  constructor(private readonly runtime: ApiRuntime) {}

  /** @param idempotencyKey wins over the header, so that one request may hold several changes; throws Problem */
  async run<Op extends Operation>(
    operation: Op,
    input: InputOf<Op>,
    { req, reply }: GraphqlContext,
    idempotencyKey?: string | null,
  ): Promise<AnswerOf<Op>> {
    const { params = {}, body } = withoutNulls(input) as { params?: Record<string, unknown>; body?: unknown };
    const key = idempotencyKey ? { 'idempotency-key': JSON.stringify(idempotencyKey) } : {};
    const { answer, headers } = await this.runtime.execute(operation, {
      source: 'graphql',
      headers: { ...req.headers, ...key },
      caller: callerOf(req),
      counted: callerOf(req) !== undefined,
      params,
      body,
    });
    for (const name of TOLD) if (headers[name]) void reply?.header(name, headers[name]);
    return answer.body as AnswerOf<Op>;
  }
}

/** GraphQL clients send null for what REST clients leave out. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== null && entry !== undefined)
      .map(([name, entry]) => [name, withoutNulls(entry)]),
  );
}
