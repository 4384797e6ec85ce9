/* The sandbox's Salesforce org: REST API, OAuth and platform events, as the real client libraries speak them. */
import type { SandboxVendor } from '../vendor.js';

export function salesforce(): SandboxVendor {
  return {
    name: 'salesforce',
    supports: [
      'down', 'latencyMs', 'errorRate', 'timeoutAfterSuccess', 'timeoutHoldMs', 'rowLock', 'quotaGone',
    ],
    register: () => undefined,
    renderFault: () => ({ status: 503, body: [{ message: 'Server unavailable', errorCode: 'SERVER_UNAVAILABLE' }] }),
    state: () => ({ counts: {}, records: {} }),
    reset: () => undefined,
  };
}
