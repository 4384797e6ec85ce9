/*
 * Puts the sandbox together: one HTTP server, each vendor in its own scope with its own store, faults and webhooks.
 */
import Fastify, { type FastifyInstance } from 'fastify';
import { join } from 'node:path';
import { registerControl, type RunningVendor } from './control.js';
import { applyFaults, Faults } from './faults.js';
import { mail, type MailVendor } from './mail/mail.js';
import { push } from './push/push.js';
import { salesforce } from './salesforce/salesforce.js';
import { sap } from './sap/sap.js';
import { Store } from './store.js';
import type { SandboxVendor } from './vendor.js';
import { stripe } from './stripe/stripe.js';
import { wms } from './wms/wms.js';
import { WebhookSender } from './webhooks.js';

const BODY_LIMIT_BYTES = 16 * 1024 * 1024;
const MAX_PARAMETER_LENGTH = 2_000;
const SMTP_OFFSET = 25;
const LAST_PORT = 65_535;

/** The vendors of the sandbox; each call makes a new one. */
const VENDORS: readonly (() => SandboxVendor)[] = [salesforce, sap, wms, stripe, push];

export interface SandboxOptions {
  /** 0 takes any free port. */
  port: number;
  host?: string;
  /** Port of the mail provider, which speaks SMTP; 25 above the others when absent. */
  smtpPort?: number;
  /** Vendors keep their records in `<dataDir>/sandbox/<vendor>.jsonl`; without it in memory only. */
  dataDir?: string;
  /** Seed of the faults' chances. */
  seed?: string;
}

export interface Sandbox {
  /** Without a slash at the end, e.g. `http://127.0.0.1:3900`. */
  url: string;
  /** Where the mail provider listens, e.g. `smtp://127.0.0.1:3925`. */
  smtpUrl: string;
  close(): Promise<void>;
}

/** Starts all vendors on one port and resolves when they answer. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH, ignoreTrailingSlash: true },
  });
  const running = new Map<string, RunningVendor & { close(): Promise<void> }>();
  const post = mailProvider(options);
  for (const create of [...VENDORS, () => post]) {
    const vendor = create();
    running.set(vendor.name, await addVendor(app, vendor, options));
  }
  registerControl(app, running);
  for (const { vendor } of running.values()) vendor.registerControl?.(app);
  const url = await app.listen({ port: options.port, host: options.host ?? '127.0.0.1' });
  return {
    url,
    smtpUrl: post.url,
    close: async () => {
      await app.close();
      for (const vendor of running.values()) await vendor.close();
    },
  };
}

/** Its port follows from the sandbox's, so that only one port needs to be known. */
function mailProvider({ port, host = '127.0.0.1', smtpPort }: SandboxOptions): MailVendor {
  const beside = port === 0 ? 0 : port > LAST_PORT - SMTP_OFFSET ? port - SMTP_OFFSET : port + SMTP_OFFSET;
  return mail({ port: smtpPort ?? beside, host });
}

async function addVendor(
  app: FastifyInstance,
  vendor: SandboxVendor,
  { dataDir, seed = 'throughline' }: SandboxOptions,
): Promise<RunningVendor & { close(): Promise<void> }> {
  const store = await Store.open(vendor.name, dataDir && join(dataDir, 'sandbox'));
  const faults = new Faults(vendor.supports, `${seed}/${vendor.name}`);
  const now = (): Date => new Date();
  const webhooks = new WebhookSender(store, faults, now, vendor.signWebhook?.bind(vendor));
  const world = { store, faults, webhooks, now };
  await app.register(async (scope) => {
    applyFaults(scope, faults, vendor);
    await vendor.register(scope, world);
  });
  return {
    vendor,
    world,
    close: async () => {
      await webhooks.close();
      store.close();
    },
  };
}
