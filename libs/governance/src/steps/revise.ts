// In which dated revision a call is answered, and its way through the gates between that revision and the code: older
// requests are brought up to date, the answer is given as the caller knows it, and says in which revision it is.
import { Answer, documentName, type Caller } from '#contracts';
import { header, type Call, type Next, type Step } from '../call.js';
import type { GovernanceData } from '../governance-data.js';
import { lifecycleData } from '../lifecycle-data.js';
import { downgraded, upgraded } from '../revisions.js';

/** Our own layers, in this process or another, are built with the code they call: they speak its latest revision. */
function isOurs(call: Call): boolean {
  return call.source === 'direct' || (call.caller as (Caller & { service?: boolean }) | undefined)?.service === true;
}

export const revise = (data?: GovernanceData): Step => (call, next) => {
  if (isOurs(call)) return next(call);
  const { revisions, operation } = call;
  const pinned = call.caller && data?.of(lifecycleData).pin(call.caller.clientId, documentName(operation.api));
  const revision = revisions.choose(header(call, 'api-version')?.trim(), pinned);
  call.answerHeaders['api-version'] = revision;
  const gates = revisions.after(revision, operation);
  return gates.length === 0 ? next(call) : through(gates, call, next);
};

async function through(gates: Parameters<typeof upgraded>[0], call: Call, next: Next): Promise<Answer<unknown>> {
  Object.assign(call, upgraded(gates, { params: call.params, body: call.body }));
  const { status, body, headers } = await next(call);
  return new Answer(status, downgraded(gates, body), headers);
}
