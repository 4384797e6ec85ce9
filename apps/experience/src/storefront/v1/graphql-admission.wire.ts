// Lets a GraphQL request in before any resolver runs: who asks, whether it may send this document, and what the
// question costs of its quota. The operations it runs then pass governance without being counted again.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { Problem, problems } from '#contracts';
import { sha256, type ApiRuntime, type VerifiedCaller } from '#governance';
import { costOf, OBJECTS_MAX } from './graphql-cost.policy.js';

const callers = new WeakMap<FastifyRequest, VerifiedCaller>();

/** Who sent the request; undefined before it was authenticated. */
export function callerOf(request: FastifyRequest): VerifiedCaller | undefined {
  return callers.get(request);
}

/** @throws Problem invalid-token */
export async function authenticateRequest(runtime: ApiRuntime, request: FastifyRequest, path: string): Promise<void> {
  callers.set(request, await runtime.authenticate(request.headers, { method: request.method, path }));
}

/** What the driver knows when a valid document is about to run. */
export interface Question {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly variables: Record<string, unknown> | undefined;
  /** The document as text. */
  readonly text: string | undefined;
  readonly reply: FastifyReply;
}

/** @throws Problem document-not-trusted, invalid-request, subscription-required, quota-exceeded */
export async function admitQuestion(runtime: ApiRuntime, question: Question): Promise<void> {
  const { schema, document, variables, text, reply } = question;
  const caller = callers.get(reply.request)!;
  const trusted = caller.known?.trustedDocuments;
  if (trusted && !trusted.has(sha256(text ?? ''))) {
    throw new Problem(problems.documentNotTrusted, {
      detail: `${caller.clientId} sends only documents that are registered; this one is not.`,
      sha256: sha256(text ?? ''),
    });
  }
  const { operationName } = (reply.request.body ?? reply.request.query ?? {}) as { operationName?: string };
  const { objects, tokens, deprecated } = costOf(schema, document, variables, operationName);
  if (objects > OBJECTS_MAX) {
    throw new Problem(problems.invalidRequest, {
      detail: `The question may bring more than ${OBJECTS_MAX} objects; ask for shorter lists or in several requests.`,
    });
  }
  const headers: Record<string, string> = {};
  try {
    const taken = await runtime.admit(caller, { cost: tokens, headers, deprecated });
    reply.raw.once('close', () => taken?.release());
  } catch (error) {
    const wait = error instanceof Problem ? error.details.retryAfterSeconds : undefined;
    if (wait !== undefined) headers['retry-after'] = String(wait);
    throw error;
  } finally {
    void reply.headers(headers);
  }
}
