// What a document of the control plane must look like (JSON Schema), and what it changes: pure functions that the dry
// run and the change itself share.
import { Ajv, type ErrorObject } from 'ajv';
import { Problem, problems } from '#contracts';
import { LIMITS_SCHEMA } from '#governance';

const FAULTS_MAX = 50;
const DIFFERENCES_MAX = 1_000;
const DEPTH_MAX = 20;

const ajv = new Ajv({ allErrors: true, strict: false });
const checkOfLimits = ajv.compile(LIMITS_SCHEMA);

export interface Difference {
  readonly pointer: string;
  readonly before?: string;
  readonly after?: string;
}

/** What is wrong with limits, in words; nothing when they may be put in force. */
export function limitFaults(limits: unknown): string[] {
  return checkOfLimits(limits) ? [] : worded(checkOfLimits.errors);
}

/** @throws Problem invalid-policy with a JSON pointer into the body for each fault */
export function checkLimits(limits: unknown, at: string): void {
  if (!checkOfLimits(limits)) throw invalid(checkOfLimits.errors, at);
}

export function documentFaults(schema: Record<string, unknown>, document: unknown): string[] {
  const check = ajv.compile(schema);
  return check(document) ? [] : worded(check.errors);
}

/** @throws Problem invalid-policy */
export function checkDocument(schema: Record<string, unknown>, document: unknown): void {
  const check = ajv.compile(schema);
  if (!check(document)) throw invalid(check.errors, '#/document');
}

/** The differences of two documents, member by member. */
export function differences(before: unknown, after: unknown, pointer = '', depth = 0): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (depth < DEPTH_MAX && isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return names.flatMap((name) => differences(
      before[name], after[name], `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1,
    )).slice(0, DIFFERENCES_MAX);
  }
  return [{
    pointer, ...(before === undefined ? {} : { before: JSON.stringify(before) }),
    ...(after === undefined ? {} : { after: JSON.stringify(after) }),
  }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function worded(errors: readonly ErrorObject[] | null | undefined): string[] {
  return (errors ?? []).slice(0, FAULTS_MAX).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
}

function invalid(errors: readonly ErrorObject[] | null | undefined, at: string): Problem {
  return new Problem(problems.invalidPolicy, {
    detail: `The document is not valid: ${worded(errors).join('; ')}.`,
    errors: (errors ?? []).slice(0, FAULTS_MAX).map(({ instancePath, message }) => (
      { pointer: at + instancePath, detail: `It ${message}.` })),
  });
}
