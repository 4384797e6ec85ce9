/*
 * The sandbox's push service together with the devices behind it: `POST /push/devices` is what a browser's
 * PushManager.subscribe does, `POST /push/send/{id}` what RFC 8030 has senders do. Each message is checked as a service
 * does (RFC 8292) and opened as the device does (RFC 8291); what a device has got is at `/_control/push/state`.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Collection } from '../store.js';
import type { SandboxVendor, VendorAnswer, VendorState, VendorWorld } from '../vendor.js';
import { newDeviceKeys, open, type DeviceKeys } from './message-encryption.js';
import { senderOf } from './vapid.js';

const BODY_BYTES_MAX = 4_096;
const RETRY_AFTER_S = 1;
const MESSAGES_SHOWN_MAX = 2_000;

interface Device extends DeviceKeys {
  readonly id: string;
  /** The one sender that may reach it, in base64url. */
  readonly applicationServerKey: string;
  gone: boolean;
}

interface Received {
  readonly device: string;
  readonly ttl: number;
  readonly urgency: string;
  readonly topic?: string;
  readonly message: unknown;
  readonly receivedAt: string;
}

type Send = FastifyRequest<{ Params: { id: string }; Body: Buffer }>;

export function push(): SandboxVendor {
  return new PushVendor();
}

class PushVendor implements SandboxVendor {
  readonly name = 'push';
  readonly supports = ['down', 'latencyMs', 'errorRate', 'timeoutAfterSuccess', 'timeoutHoldMs', 'quotaGone'] as const;
  private world!: VendorWorld;
  private devices!: Collection<Device>;
  private messages!: Collection<Received>;

  register(app: FastifyInstance, world: VendorWorld): void {
    this.world = world;
    this.devices = world.store.collection('devices');
    this.messages = world.store.collection('messages');
    app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX },
      (_request, body, done) => done(null, body));
    app.post<{ Body: { applicationServerKey?: string } | null }>('/push/devices', { config: { write: false } },
      async (request, reply) => this.subscribe(request.body?.applicationServerKey, request, reply));
    app.delete<{ Params: { id: string } }>('/push/devices/:id', { config: { write: false } },
      async (request, reply) => this.unsubscribe(request.params.id, reply));
    app.post<{ Params: { id: string }; Body: Buffer }>('/push/send/:id', async (request, reply) =>
      this.take(request, reply));
  }

  renderFault(): VendorAnswer {
    return { status: 503, body: { error: 'The push service is not available.' } };
  }

  state(): VendorState {
    const messages = [...this.messages.values()];
    return {
      counts: { devices: this.devices.size, messages: messages.length },
      records: {
        devices: [...this.devices.values()].map(({ id, gone }) => ({ id, gone })),
        messages: messages.slice(-MESSAGES_SHOWN_MAX),
      },
    };
  }

  reset(): void {
    // The framework has emptied the store.
  }

  private async subscribe(key: string | undefined, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    if (key === undefined) return reply.status(400).send({ error: 'applicationServerKey is missing' });
    const id = this.world.store.next('device').toString();
    const keys = newDeviceKeys();
    this.devices.put(id, { id, applicationServerKey: key, gone: false, ...keys });
    const { p256dh, auth } = keys;
    return reply.status(201).send({ endpoint: `${originOf(request)}/push/send/${id}`, keys: { p256dh, auth } });
  }

  private async unsubscribe(id: string, reply: FastifyReply): Promise<unknown> {
    const device = this.devices.get(id);
    if (device) this.devices.put(id, { ...device, gone: true });
    return reply.status(device ? 204 : 404).send();
  }

  private async take(request: Send, reply: FastifyReply): Promise<unknown> {
    const refuse = (status: number, error: string): unknown => reply.status(status).send({ error });
    const device = this.devices.get(request.params.id);
    if (!device) return refuse(404, 'No such subscription');
    if (device.gone) return refuse(410, 'The device has unsubscribed');
    const { ttl, urgency = 'normal', topic, 'content-encoding': coding } = request.headers as Record<string, string>;
    const sender = senderOf(request.headers.authorization, originOf(request), this.world.now());
    if ('wrong' in sender) return refuse(401, sender.wrong);
    if (sender.key !== device.applicationServerKey) return refuse(403, 'The device subscribed to another sender');
    if (!/^\d+$/.test(ttl ?? '')) return refuse(400, 'TTL is missing');
    if (coding !== 'aes128gcm') return refuse(415, 'Content-Encoding is not aes128gcm');
    if (this.world.faults.isOn('quotaGone')) {
      return reply.status(429).header('retry-after', RETRY_AFTER_S).send({ error: 'Too many messages' });
    }
    let message: unknown;
    try {
      message = JSON.parse(open(request.body, device));
    } catch (error) {
      return refuse(400, `The device cannot read it: ${(error as Error).message}`);
    }
    const id = this.world.store.next('message').toString();
    this.messages.put(id, {
      device: device.id, ttl: Number(ttl), urgency, ...(topic ? { topic } : {}), message,
      receivedAt: this.world.now().toISOString(),
    });
    return reply.status(201).header('location', `${originOf(request)}/push/messages/${id}`).send();
  }
}

function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}
