// Web push (RFC 8030): one signed, encrypted request to the push service of a device. Each service has a line of its
// own, so that one that is down holds back nobody else's messages, and addresses are checked like those of webhooks:
// whoever subscribes chooses them.
import { LRUCache } from 'lru-cache';
import webpush from 'web-push';
import { PUSH_GONE, type CallContext, type PushMessage, type WriteOutcome } from '#contracts';
import { WebhookSender, type JourneyRecorder } from '#events';
import { VendorLine, VendorSilent, VendorUnreached, type Reported } from '../../../vendor-line.js';
import type { PushProvider } from '../../push.port.js';
import type { VapidKey } from './vapid-key.policy.js';

const CALL_TIMEOUT_MS = 10_000;
/** Push services whose lines are kept; there are a handful in the world. */
const SERVICES_MAX = 50;
const GONE = [404, 410];
const SERVER_ERROR = 500;

export interface WebPushAccess {
  readonly key: VapidKey;
  /** `mailto:` or `https:` address at which a push service reaches us. */
  readonly contact: string;
  /** Networks that may be reached although they are not public. */
  readonly networks: readonly string[];
}

export class WebPush implements PushProvider {
  readonly publicKey: string;
  private readonly sender: WebhookSender;
  private readonly lines = new LRUCache<string, VendorLine>({ max: SERVICES_MAX });

  constructor(private readonly access: WebPushAccess, private readonly journey: JourneyRecorder) {
    this.publicKey = access.key.publicKey;
    this.sender = new WebhookSender(access.networks, CALL_TIMEOUT_MS);
  }

  async push(message: PushMessage, call: CallContext): Promise<WriteOutcome> {
    const complaint = this.sender.complaint(message.endpoint);
    if (complaint !== undefined) return { outcome: 'rejected', reason: complaint };
    const line = this.lineOf(new URL(message.endpoint).host);
    return line.write(call, 'sendPush', `the device's message ${message.messageId}`, () =>
      line.run('sendPush', call.deadline, (timeoutMs) => this.deliver(message, timeoutMs)));
  }

  async onModuleDestroy(): Promise<void> {
    await this.sender.close();
  }

  private async deliver(message: PushMessage, timeoutMs: number): Promise<Reported> {
    const { endpoint, keys, payload, options, messageId } = message;
    const detail = { messageId, service: new URL(endpoint).host };
    const request = this.sealed(endpoint, keys, payload, options);
    if (request instanceof Error) return { outcome: 'rejected', reason: request.message, detail };
    const sent = await this.sender.send(endpoint, request.headers, request.body, timeoutMs);
    const status = sent.status ?? 0;
    const said = `${status} ${sent.detail ?? ''}`.trim();
    if (sent.outcome === 'delivered') return { outcome: 'applied', reference: messageId, detail };
    if (GONE.includes(status)) return { outcome: 'rejected', reason: PUSH_GONE, detail };
    if (sent.outcome === 'time-out') throw new VendorSilent('no answer in time');
    if (sent.outcome === 'unreachable') throw new VendorUnreached(`no connection (${sent.detail})`, true);
    if (sent.outcome === 'throttled' || status >= SERVER_ERROR) {
      throw new VendorUnreached(`it refuses for now (${said})`, status >= SERVER_ERROR, sent.retryAfter);
    }
    return { outcome: 'rejected', reason: sent.detail ?? said, detail };
  }

  /** The request with the payload encrypted for the device, or what is wrong with its keys. */
  private sealed(
    endpoint: string, keys: PushMessage['keys'], payload: object,
    { ttlSeconds, urgency, topic }: PushMessage['options'],
  ): { headers: Record<string, string>; body: Buffer } | Error {
    const { key, contact } = this.access;
    try {
      const { headers, body } = webpush.generateRequestDetails({ endpoint, keys }, JSON.stringify(payload), {
        vapidDetails: { subject: contact, ...key }, TTL: ttlSeconds, urgency: urgency as webpush.Urgency,
        contentEncoding: 'aes128gcm', ...(topic ? { topic } : {}),
      });
      const texts = Object.entries(headers as Record<string, string | number>)
        .map(([name, value]): [string, string] => [name.toLowerCase(), String(value)]);
      return { headers: Object.fromEntries(texts), body: body! };
    } catch (error) {
      return error as Error;
    }
  }

  private lineOf(host: string): VendorLine {
    const known = this.lines.get(host);
    if (known) return known;
    const line = new VendorLine({ vendor: `push ${host}`, journey: this.journey, callTimeoutMs: CALL_TIMEOUT_MS });
    this.lines.set(host, line);
    return line;
  }
}
