// Which deprecated fields a request uses: found once per operation, looked for in each of its requests, so that an
// owner knows who would miss a field before it goes.
import { deprecatedFieldsOf, type Operation } from '#contracts';

type Path = readonly string[];

const paths = new WeakMap<Operation, readonly Path[]>();

/** Deprecated fields that stand in a request, as dotted paths; none for most operations, at no cost. */
export function usedDeprecated(operation: Operation, params: unknown, body: unknown): string[] {
  let known = paths.get(operation);
  if (!known) paths.set(operation, (known = findAll(operation)));
  if (known.length === 0) return [];
  return known.filter((path) => isUsed({ params, body }, path)).map((path) => path.slice(1).join('.'));
}

function findAll({ params, body }: Operation): Path[] {
  return [
    ...(params ? deprecatedFieldsOf(params).map((path) => ['params', ...path]) : []),
    ...(body ? deprecatedFieldsOf(body).map((path) => ['body', ...path]) : []),
  ];
}

function isUsed(value: unknown, path: Path): boolean {
  if (value === undefined || value === null) return false;
  if (path.length === 0) return true;
  if (Array.isArray(value)) return value.some((entry) => isUsed(entry, path));
  return isUsed((value as Record<string, unknown>)[path[0]!], path.slice(1));
}
