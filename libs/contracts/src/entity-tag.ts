// The entity tag of a representation: the same content has the same tag in every process, and an answer that differs
// only in the moment at which it was asked for is the same content.
import { createHash } from 'node:crypto';
import type { CallContext } from './call.js';
import { Problem, problems } from './problem.js';

/** Members that say when, not what. */
const MOMENTS = new Set(['asOf', 'nextCheckAt', 'etag']);
const LENGTH = 22;

/** Strong validator of RFC 9110 for a JSON representation, quotes included. */
export function entityTag(representation: object): string {
  const text = JSON.stringify(representation, (name, value: unknown) => (MOMENTS.has(name) ? undefined : value));
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, LENGTH)}"`;
}

/**
 * Holds a change back whose sender saw another state (If-Match, strong comparison).
 * @throws Problem precondition-failed
 */
export function requireMatch(call: Pick<CallContext, 'ifMatch'>, representation: object): void {
  if (call.ifMatch !== undefined) requireTag(call, entityTag(representation));
}

/** As `requireMatch`, for a state whose tag is known. @throws Problem precondition-failed */
export function requireTag({ ifMatch }: Pick<CallContext, 'ifMatch'>, etag: string): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  if (ifMatch.split(',').some((each) => each.trim() === etag)) return;
  throw new Problem(problems.preconditionFailed, { detail: `It has changed: its etag is ${etag} now.`, etag });
}
