// The input must be what the contract says, in every field, before anybody works with it.
import type { Step } from '../call.js';
import { coerceParams, namedPart, validateInput } from '../validation.js';

export const validate: Step = (call, next) => {
  const { params: paramsType, body: bodyType, rawBody, openBody } = call.operation;
  if (rawBody) return next(call);
  if (paramsType && call.source !== 'direct') call.params = coerceParams(paramsType, call.params);
  if (bodyType && openBody) call.body = namedPart(bodyType, call.body);
  const checked = validateInput(paramsType, bodyType, call.params, call.body);
  call.params = (checked.params ?? {}) as Record<string, unknown>;
  call.body = checked.body;
  return next(call);
};
