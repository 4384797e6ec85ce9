/*
 * The sandbox's own API beside the vendors' wire: people, the console and checkers switch faults and read what the
 * vendors hold. No authentication: the sandbox serves invented data on the local machine.
 *
 * - `GET  /_control` lists the vendors with the faults each supports.
 * - `GET  /_control/{vendor}/faults` the settings now. `PUT` replaces them (a fault not named is off) and answers
 *   the settings; a bad body is 400 `{error}` and changes nothing.
 * - `GET  /_control/{vendor}/state[?records=Name,Name]` counts, records (all, or only the named kinds; `records=`
 *   none), faults, how often each struck, and webhook counts.
 * - `DELETE /_control/{vendor}/records/{kind}/{id}` a record is lost behind everybody's back: 204.
 * - `POST /_control/{vendor}/reset` back to the seeded state, faults off, queued webhooks forgotten: 204.
 *
 * A page of this machine (any port of localhost) may call it from the browser; pages of other origins may not.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { InvalidFaults } from './faults.js';
import type { SandboxVendor, VendorWorld } from './vendor.js';

const LOCAL_ORIGIN = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/** A vendor that runs, with its world. */
export interface RunningVendor {
  vendor: SandboxVendor;
  world: VendorWorld;
}

export function registerControl(app: FastifyInstance, vendors: ReadonlyMap<string, RunningVendor>): void {
  type Named = FastifyRequest<{ Params: { vendor: string } }>;
  const running = new WeakMap<FastifyRequest, RunningVendor>();
  const find = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { vendor: name } = (request as Named).params;
    const found = vendors.get(name);
    if (found) {
      running.set(request, found);
      return undefined;
    }
    return reply.code(404).send({ error: `no vendor "${name}"; there are: ${[...vendors.keys()].join(', ')}` });
  };
  const named = { preHandler: find };

  letLocalPagesIn(app);
  app.get('/_control', async () => ({
    vendors: [...vendors.values()].map(({ vendor, world }) => ({
      name: vendor.name,
      supports: vendor.supports,
      faults: world.faults.settings,
    })),
  }));
  app.get('/_control/:vendor/faults', named, async (request) => running.get(request)!.world.faults.settings);
  app.put('/_control/:vendor/faults', named, async (request, reply) => {
    try {
      return running.get(request)!.world.faults.replace(request.body);
    } catch (error) {
      if (error instanceof InvalidFaults) return reply.code(400).send({ error: error.message });
      throw error;
    }
  });
  app.get('/_control/:vendor/state', named, async (request) => {
    const wanted = (request.query as { records?: string }).records?.split(',');
    return readState(running.get(request)!, wanted);
  });
  app.delete('/_control/:vendor/records/:kind/:id', named, async (request, reply) => {
    const { kind, id } = request.params as { kind: string; id: string };
    const { vendor, world } = running.get(request)!;
    if (!world.store.collection(kind).delete(id)) return reply.code(404).send({ error: `no ${kind} ${id}` });
    vendor.recordsLost?.();
    return reply.code(204).send();
  });
  app.post('/_control/:vendor/reset', named, async (request, reply) => {
    await reset(running.get(request)!);
    return reply.code(204).send();
  });
}

/** CORS for the control routes alone: what the vendors serve stays as the vendors serve it. */
function letLocalPagesIn(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (!/^\/_control(?:[/?]|$)/.test(request.url) || !origin || !LOCAL_ORIGIN.test(origin)) return;
    reply.headers({ 'access-control-allow-origin': origin, vary: 'origin' });
  });
  app.options('/_control/*', async (_, reply) => reply.code(204).headers({
    'access-control-allow-methods': 'GET, PUT, POST, DELETE', 'access-control-allow-headers': 'content-type',
  }).send());
}

function readState({ vendor, world }: RunningVendor, wanted: readonly string[] | undefined): object {
  const { counts, records } = vendor.state();
  return {
    vendor: vendor.name,
    asOf: world.now().toISOString(),
    counts,
    records: Object.fromEntries(Object.entries(records).filter(([name]) => !wanted || wanted.includes(name))),
    faults: world.faults.settings,
    faultsApplied: world.faults.applied,
    webhooks: world.webhooks.counts,
  };
}

async function reset({ vendor, world }: RunningVendor): Promise<void> {
  world.store.clear();
  world.webhooks.forget();
  world.faults.reset();
  await vendor.reset();
}
