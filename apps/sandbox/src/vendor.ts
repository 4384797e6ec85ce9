/*
 * What a sandbox vendor is: a look-alike of one vendor's wire protocol, with its own data, faults and webhooks.
 * The framework around it (control.ts, sandbox.ts) gives every vendor the same life, so a vendor holds protocol only.
 */
import type { FastifyInstance } from 'fastify';
import type { FaultName, Faults, FaultRenderer } from './faults.js';
import type { Store } from './store.js';
import type { WebhookSender, WebhookToSign } from './webhooks.js';

export type VendorName = 'salesforce' | 'sap' | 'wms' | 'stripe' | 'mail' | 'push';

/** What a vendor is given to live in. One world per vendor; nothing is shared between vendors. */
export interface VendorWorld {
  /** Its records; survive a restart when the sandbox has a data directory. */
  store: Store;
  /** Its faults; latency, errors, outages and lost answers are applied by the framework, the others by the vendor. */
  faults: Faults;
  webhooks: WebhookSender;
  /** The only clock a vendor reads. */
  now(): Date;
}

/** What a checker may read of a vendor: how many records of each kind there are, and the records themselves. */
export interface VendorState {
  counts: Record<string, number>;
  records: Record<string, unknown[]>;
}

export type { VendorAnswer } from './faults.js';

export interface SandboxVendor extends FaultRenderer {
  readonly name: VendorName;
  /** The faults this vendor can show; others are refused by the control API. */
  readonly supports: readonly FaultName[];
  /**
   * Seeds an empty store and adds the vendor's routes at their natural paths. The app is the vendor's own Fastify
   * scope: hooks and content-type parsers stay inside. A route that is no write although it is a POST (a token, a
   * read by body) says so with `{ config: { write: false } }`, so that `timeoutAfterSuccess` leaves it alone.
   */
  register(app: FastifyInstance, world: VendorWorld): void | Promise<void>;
  /** The headers that sign one webhook delivery; called again for each attempt. */
  signWebhook?(webhook: WebhookToSign): Record<string, string>;
  /** Adds controls of its own below `/_control/{name}/`; unlike the vendor's routes they meet no faults. */
  registerControl?(app: FastifyInstance): void;
  /** A record was taken out of the store from outside: forget what was derived from it. */
  recordsLost?(): void;
  state(): VendorState;
  /** Back to the seeded state. The framework has emptied the store before this is called. */
  reset(): void | Promise<void>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a success of this route changes data; by default every method but GET and HEAD does. */
    write?: boolean;
  }
}
