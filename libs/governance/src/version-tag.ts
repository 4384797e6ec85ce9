// Entity tags of records that carry a version: who changes one says which version was read, and is refused when it has
// changed since (RFC 9110).
import { Problem, problems, type CallContext } from '#contracts';

/** The entity tag of a version. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** @throws Problem precondition-failed when If-Match names other versions than this one */
export function matchVersion({ ifMatch }: Pick<CallContext, 'ifMatch'>, version: number): void {
  if (ifMatch === undefined) return;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (tags.includes('*') || tags.includes(etagOf(version))) return;
  throw new Problem(problems.preconditionFailed, {
    detail: `It has changed: its etag is ${etagOf(version)} now.`, etag: etagOf(version),
  });
}
