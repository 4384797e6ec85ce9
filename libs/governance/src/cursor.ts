// Opaque cursors of collections: the place of the last entry of a page, so that what is inserted meanwhile shifts
// nothing.
import { Problem, problems } from '#contracts';

const PARTS_MAX = 4;

export function cursorOf(...place: readonly string[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws Problem invalid-request, naming the parameter, when it is not a cursor of `parts` parts */
export function placeOf(cursor: string | undefined, parts: number, parameter = 'cursor'): string[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const place = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
    if (Array.isArray(place) && place.length === parts && parts <= PARTS_MAX
      && place.every((part) => typeof part === 'string')) return place;
  } catch {
    // Said below.
  }
  throw new Problem(problems.invalidRequest, {
    detail: `The ${parameter} was not given by this API.`,
    errors: [{ parameter, detail: 'What an earlier answer gave is expected.' }],
  });
}
