/*
 * Up to 25 calls in one, where a later call may use the result of an earlier one as `@{reference.field}`.
 * Source: REST API guide, "Composite" (resources_composite_composite, _subrequest_result).
 */
import { bodyOf, decodeSegment, type ApiAnswer, type ApiCall, type ApiContext, type Resource } from './api.js';
import { invalid, notFound, SalesforceError } from './errors.js';

const MAX_SUBREQUESTS = 25;
const REFERENCE = /@\{([A-Za-z0-9_]+)((?:\.[A-Za-z0-9_]+|\[\d+\])*)\}/g;
const DATA_PATH = /^\/services\/data\/(v\d+\.\d+)\/([^?]*)(?:\?(.*))?$/;

interface Subrequest {
  method: string;
  url: string;
  referenceId: string;
  body?: unknown;
  httpHeaders?: Record<string, string>;
}

interface SubResult {
  body: unknown;
  httpHeaders: Record<string, string>;
  httpStatusCode: number;
  referenceId: string;
}

export const compositeResources: readonly Resource[] = [['composite', { POST: composite }]];

/** A transaction that must be taken back; carries the results up to the failure. */
class Halted extends Error {}

function composite(context: ApiContext): ApiAnswer {
  const { compositeRequest, allOrNone = false } = bodyOf(context.call);
  const requests = checkRequests(compositeRequest);
  const results: SubResult[] = [];
  const runAll = (): void => {
    for (const request of requests) {
      const result = runOne(context, request, results);
      results.push(result);
      if (allOrNone && result.httpStatusCode >= 300) throw new Halted();
    }
  };
  try {
    if (allOrNone) context.org.atomically(runAll);
    else runAll();
  } catch (error) {
    if (!(error instanceof Halted)) throw error;
    const failed = results.length - 1;
    const compositeResponse = requests.map((request, at) => (at === failed ? results[at]! : rolledBack(request)));
    return { status: 200, body: { compositeResponse } };
  }
  return { status: 200, body: { compositeResponse: results } };
}

function checkRequests(given: unknown): Subrequest[] {
  if (!Array.isArray(given) || given.length === 0) throw invalid('MISSING_ARGUMENT', 'compositeRequest is required');
  const requests = given as Subrequest[];
  if (requests.length > MAX_SUBREQUESTS) {
    throw invalid('LIMIT_EXCEEDED', `The limit of ${MAX_SUBREQUESTS} subrequests has been exceeded`);
  }
  const seen = new Set<string>();
  for (const { method, url, referenceId } of requests) {
    if (!method || !url || !referenceId) {
      throw invalid('MISSING_ARGUMENT', 'Each subrequest needs method, url and referenceId');
    }
    if (seen.has(referenceId)) throw invalid('INVALID_ARGUMENT', `Duplicate referenceId provided: ${referenceId}`);
    seen.add(referenceId);
  }
  return requests;
}

function runOne(context: ApiContext, request: Subrequest, earlier: readonly SubResult[]): SubResult {
  const { referenceId } = request;
  let call: ApiCall;
  try {
    call = toCall(resolveReferences(request, earlier) as Subrequest);
  } catch (error) {
    if (error instanceof SalesforceError) return fail(referenceId, error);
    throw error;
  }
  if (call.segments[0] === 'composite' && call.segments[1] !== 'sobjects') {
    return fail(referenceId, invalid('INVALID_ARGUMENT', 'A composite request cannot contain another'));
  }
  const answer = context.dispatch(call);
  return {
    body: answer.body ?? null,
    httpHeaders: answer.headers ?? {},
    httpStatusCode: answer.status,
    referenceId,
  };
}

function toCall({ method, url, body, httpHeaders = {} }: Subrequest): ApiCall {
  const match = DATA_PATH.exec(url);
  if (!match) throw notFound(`The requested resource does not exist: ${url}`);
  const [, version = '', path = '', query = ''] = match;
  return {
    method: method.toUpperCase(),
    version,
    segments: path.split('/').filter(Boolean).map(decodeSegment),
    query: new URLSearchParams(query),
    headers: Object.fromEntries(Object.entries(httpHeaders).map(([name, value]) => [name.toLowerCase(), value])),
    body,
  };
}

/** Replaces `@{ref.path}` in every text of the request. @throws PROCESSING_HALTED when there is no such value */
function resolveReferences(value: unknown, earlier: readonly SubResult[]): unknown {
  if (typeof value === 'string') {
    return value.replace(REFERENCE, (_whole, ref: string, path: string) => String(lookUp(ref, path, earlier)));
  }
  if (Array.isArray(value)) return value.map((one) => resolveReferences(one, earlier));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolveReferences(one, earlier)]));
}

function lookUp(ref: string, path: string, earlier: readonly SubResult[]): unknown {
  const result = earlier.find(({ referenceId }) => referenceId === ref);
  const steps = path.match(/[A-Za-z0-9_]+/g) ?? [];
  const failed = !result || result.httpStatusCode >= 300;
  const found = failed
    ? undefined
    : steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], result.body);
  if (found !== undefined && found !== null) return found;
  const last = steps.at(-1) ?? '';
  const message = `Invalid reference specified. No value for ${ref}${path} found in ${ref}: ${last}`;
  throw invalid('PROCESSING_HALTED', message);
}

function rolledBack({ referenceId }: Subrequest): SubResult {
  const message = 'The transaction was rolled back since another operation in the same transaction failed.';
  return fail(referenceId, invalid('PROCESSING_HALTED', message));
}

function fail(referenceId: string, { body, status }: SalesforceError): SubResult {
  return { body, httpHeaders: {}, httpStatusCode: status, referenceId };
}
