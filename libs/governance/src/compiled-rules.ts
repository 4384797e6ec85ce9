// class-validator's rules compiled to closures, for the case that happens nearly always: everything is in order. Says
// yes only when class-validator would; for anything else class-validator is asked, which also words the errors.
import { getMetadataStorage, isISO8601, isNotEmptyObject } from 'class-validator';
import { fieldsOf, type Class } from '#contracts';

type Check = (value: unknown) => boolean;
type Rule = {
  readonly name?: string;
  readonly type: string;
  readonly constraints?: unknown[];
  readonly each?: boolean;
};

const compiled = new Map<Class, Check>();

/** True when an instance surely satisfies the rules of its class; false means: ask class-validator. */
export function surelyValid(type: Class, instance: object): boolean {
  return checkOf(type)(instance);
}

function checkOf(type: Class): Check {
  const known = compiled.get(type);
  if (known) return known;
  // Set before the fields are compiled, so that a class that contains itself finds this entry.
  let check: Check = () => false;
  compiled.set(type, (value) => check(value));
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', true, false) as (Rule & {
    propertyName: string;
  })[];
  const fields = fieldsOf(type);
  const properties = [...Map.groupBy(rules, (rule) => rule.propertyName)].map(
    ([name, ofName]) => [name, propertyCheck(ofName, fields[name]?.type)] as const,
  );
  check = (value) => {
    const record = value as Record<string, unknown>;
    for (const [name, holds] of properties) if (!holds(record[name])) return false;
    return true;
  };
  compiled.set(type, check);
  return check;
}

function propertyCheck(rules: readonly Rule[], nested: (() => Class) | undefined): Check {
  const optional = rules.some((rule) => rule.type === 'conditionalValidation');
  const checks = rules
    .filter((rule) => rule.type !== 'conditionalValidation')
    .map((rule) => (rule.each ? eachOf(ruleCheck(rule, nested)) : ruleCheck(rule, nested)));
  return (value) => {
    if (value === undefined || value === null) return optional;
    for (const check of checks) if (!check(value)) return false;
    return true;
  };
}

function ruleCheck(rule: Rule, nested: (() => Class) | undefined): Check {
  if (rule.type === 'nestedValidation') {
    if (!nested) return () => false;
    return (value) =>
      Array.isArray(value) ? value.every((entry) => isInstance(nested(), entry)) : isInstance(nested(), value);
  }
  const make = rule.name === undefined ? undefined : RULES[rule.name];
  return make ? make(...(rule.constraints ?? [])) : () => false;
}

function isInstance(type: Class, value: unknown): boolean {
  return value instanceof type && checkOf(type)(value);
}

function eachOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The rules our field decorators use; a rule that is missing here only costs speed. */
const RULES: Readonly<Record<string, (...constraints: unknown[]) => Check>> = {
  isString: () => (value) => typeof value === 'string',
  minLength: (least) => (value) => typeof value === 'string' && value.length >= (least as number) && isPlain(value),
  maxLength: (most) => (value) => typeof value === 'string' && value.length <= (most as number),
  matches: (pattern) => {
    const expression = new RegExp(pattern as RegExp);
    return (value) => typeof value === 'string' && expression.test(value);
  },
  isIn: (words) => (value) => (words as unknown[]).includes(value),
  isIso8601: () => (value) => isISO8601(value, { strict: true }),
  isInt: () => (value) => Number.isInteger(value),
  min: (least) => (value) => typeof value === 'number' && value >= (least as number),
  max: (most) => (value) => typeof value === 'number' && value <= (most as number),
  isBoolean: () => (value) => typeof value === 'boolean',
  isArray: () => Array.isArray,
  arrayMinSize: (least) => (value) => Array.isArray(value) && value.length >= (least as number),
  arrayMaxSize: (most) => (value) => Array.isArray(value) && value.length <= (most as number),
  isObject: () => isObject,
  isNotEmptyObject: () => (value) => isNotEmptyObject(value, { nullable: true }),
};

/** class-validator counts a surrogate pair as one character; texts with one are left to it. */
function isPlain(text: string): boolean {
  return !/[\ud800-\udfff\ufe0e\ufe0f]/.test(text);
}
