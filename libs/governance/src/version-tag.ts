// Entity tags of records that carry a version: who changes one says which version was read, and is refused when it has
// changed since (RFC 9110).
import { requireTag, type CallContext } from '#contracts';

/** The entity tag of a version. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** @throws Problem precondition-failed when If-Match names other versions than this one */
export function matchVersion(call: Pick<CallContext, 'ifMatch'>, version: number): void {
  requireTag(call, etagOf(version));
}
