// Conditional requests (RFC 9110): the answer of a single resource carries its entity tag in header and body, an
// unchanged one is not sent again, and a change may ask to hit exactly the state its sender saw.
import { Readable } from 'node:stream';
import { Answer, entityTag, fieldsOf, Problem, problems, type Operation } from '#contracts';
import { header, type Call, type Step } from '../call.js';

const NOT_MODIFIED = 304;

/** Whether an operation's answer has an entity tag, or its request may name one. */
export function isConditional({ answer, ifMatch }: Operation): boolean {
  return ifMatch !== undefined || 'etag' in fieldsOf(answer);
}

export const conditional: Step = async (call, next) => {
  const { ifMatch, method } = call.operation;
  if (ifMatch && call.source !== 'direct') readIfMatch(call);
  const answer = await next(call);
  if (!isDocument(answer.body) || call.source === 'direct') return answer;
  const body = answer.body as { etag?: string };
  const etag = body.etag ?? entityTag(body);
  const headers = { ...answer.headers, etag };
  const known = method === 'GET' && matches(header(call, 'if-none-match'), etag);
  if (known) return new Answer(NOT_MODIFIED, undefined, headers);
  return new Answer(answer.status, { ...body, etag }, headers);
};

/** Whether it is a document at all: a stream has no tag. */
function isDocument(body: unknown): body is object {
  return typeof body === 'object' && body !== null && !(body instanceof Readable);
}

/** @throws Problem precondition-required */
function readIfMatch(call: Call): void {
  const ifMatch = header(call, 'if-match');
  if (ifMatch !== undefined) call.context = { ...call.context, ifMatch };
  else if (call.operation.ifMatch === 'required' && call.source === 'http') {
    throw new Problem(problems.preconditionRequired, {
      detail: `${call.operation.id} needs If-Match with the etag of what you saw, or * for whatever is there.`,
    });
  }
}

/** Weak comparison, as If-None-Match asks for. */
function matches(given: string | undefined, etag: string): boolean {
  if (given === undefined) return false;
  return given.split(',').map((each) => each.trim().replace(/^W\//, '')).some((each) => each === '*' || each === etag);
}
