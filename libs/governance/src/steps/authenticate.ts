// Who calls: a token or API key over HTTP; a call from a layer in this process brings its caller along. Context handed
// on by one of our own APIs (consumer, journey) is believed only from its service token. Somebody without credentials
// is a visitor where the operation takes visitors.
import { contextHeaders } from '#contracts';
import { header, type Call, type Step } from '../call.js';
import type { Identity, VerifiedCaller } from '../identity.js';

export const authenticate = (identity: Identity): Step => async (call, next) => {
  if (call.source === 'direct') return next(call);
  const caller = (call.caller as VerifiedCaller | undefined) ?? await callerOf(identity, call);
  const handedOn = caller.service ? {
    consumer: header(call, contextHeaders.consumer) ?? caller.clientId,
    subject: header(call, contextHeaders.subject),
    mayHaveRun: header(call, contextHeaders.mayHaveRun) === 'true',
  } : { consumer: caller.clientId };
  call.caller = caller;
  call.context = { ...call.context, ...handedOn, caller };
  return next(call);
};

function callerOf(identity: Identity, call: Call): VerifiedCaller | Promise<VerifiedCaller> {
  const { operation: { visitors, method }, headers, url } = call;
  const empty = headers['authorization'] === undefined && headers['x-api-key'] === undefined;
  if (visitors && empty) return identity.visitor(call.address);
  return identity.verify(header(call, 'authorization'), {
    headers, request: { method, url: identity.issuer + (url ?? '') },
  });
}
