// Counts each call of a known caller, with the deprecated fields it used, for the owner who wants to end something.
import type { Step } from '../call.js';
import { usedDeprecated } from '../deprecated-fields.js';
import type { UsageRecorder } from '../usage.js';

export const countUsage = (usage: UsageRecorder | undefined): Step => (call, next) => {
  const { caller, operation, params, body } = call;
  if (usage && caller) usage.count(caller.clientId, operation, usedDeprecated(operation, params, body));
  return next(call);
};
