// Sends one signed body to an address somebody else chose. The address is resolved, checked and connected to in one
// go, so that a name cannot point elsewhere between the check and the connection; redirects are never followed.
import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';

/** Standard Webhooks asks for 15 to 30 s. */
const TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;
const SOCKETS_PER_HOST_MAX = 16;
/** Of an answer only this much is looked at, for the delivery log. */
const ANSWER_CHARS_MAX = 300;
const ANSWER_BYTES_MAX = 64 * 1024;

/** Networks that are not the public internet (IANA special-purpose registries). */
const SPECIAL_NETWORKS = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24',
  '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24',
  '224.0.0.0/4', '240.0.0.0/4',
  '::/128', '::1/128', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16',
  'fc00::/7', 'fe80::/10', 'ff00::/8',
];
const MAPPED_V4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** How an attempt ended, for the log and for what comes next. */
export interface Sent {
  readonly status: number | undefined;
  /** `delivered`, or why not: `redirect`, `gone`, `throttled`, `refused`, `time-out`, `unreachable`, `forbidden`. */
  readonly outcome: string;
  readonly detail: string | undefined;
  readonly durationMs: number;
  /** Seconds the receiver asked to be left alone. */
  readonly retryAfter: number | undefined;
}

export type Resolve = (
  name: string, answer: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export class ForbiddenAddress extends Error {}

export class WebhookSender {
  private readonly special = networks(SPECIAL_NETWORKS);
  private readonly allowed: BlockList;
  private readonly agent: Agent;

  /**
   * @param allowedNetworks CIDR networks that may be reached although they are not public, e.g. 127.0.0.0/8
   * @param resolve finds the addresses of a name; the system's by default
   */
  constructor(
    allowedNetworks: readonly string[], private readonly timeoutMs = TIMEOUT_MS,
    private readonly resolve: Resolve = (name, answer) => lookup(name, { all: true }, answer),
  ) {
    this.allowed = networks(allowedNetworks);
    this.agent = new Agent({
      connections: SOCKETS_PER_HOST_MAX,
      connect: { timeout: CONNECT_TIMEOUT_MS, lookup: this.guardedLookup },
    });
  }

  /** What is wrong with a URL as far as its text tells; undefined when nothing is. */
  complaint(text: string): string | undefined {
    if (!URL.canParse(text)) return 'It is not a URL.';
    const url = new URL(text);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const local = (isIP(host) !== 0 && this.isAllowed(host)) || (host === 'localhost' && this.isAllowed('127.0.0.1'));
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local)) return 'It must be an https URL.';
    if (url.username || url.password) return 'It must not carry credentials.';
    if (isIP(host) !== 0 && !this.isReachable(host)) return `${host} is not a public address.`;
    if (host === 'localhost' && !local) return 'localhost is not a public address.';
    return undefined;
  }

  /** @param timeoutMs longest it may take, where that is less than what the sender allows */
  async send(
    url: string, headers: Record<string, string>, body: string | Buffer, timeoutMs = this.timeoutMs,
  ): Promise<Sent> {
    const startedAt = Date.now();
    const ended = (outcome: string, rest: Partial<Sent> = {}): Sent => ({
      status: undefined, detail: undefined, retryAfter: undefined, ...rest, outcome,
      durationMs: Date.now() - startedAt,
    });
    const complaint = this.complaint(url);
    if (complaint !== undefined) return ended('forbidden', { detail: complaint });
    try {
      const answer = await request(url, {
        method: 'POST', headers, body, dispatcher: this.agent, signal: AbortSignal.timeout(timeoutMs),
        headersTimeout: timeoutMs, bodyTimeout: timeoutMs,
      });
      const { statusCode: status } = answer;
      const detail = await excerpt(answer.body);
      const outcome = outcomeOf(status);
      return ended(outcome, {
        status, ...(outcome === 'delivered' ? {} : { detail }), retryAfter: seconds(answer.headers['retry-after']),
      });
    } catch (error) {
      const cause = (error as Error).cause ?? error;
      if (cause instanceof ForbiddenAddress) return ended('forbidden', { detail: cause.message });
      const late = (error as Error).name === 'TimeoutError' || /TIMEOUT/.test((error as { code?: string }).code ?? '');
      return ended(late ? 'time-out' : 'unreachable', { detail: (error as Error).message });
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private readonly guardedLookup: LookupFunction = (hostname, options, callback) => {
    this.resolve(hostname, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const forbidden = addresses.find(({ address }) => !this.isReachable(address));
      const refusal = forbidden ? new ForbiddenAddress(`${hostname} is at ${forbidden.address}, not a public address`)
        : null;
      if (refusal || addresses.length === 0) return callback(refusal ?? new ForbiddenAddress('no address'), '', 0);
      if (options.all) return (callback as unknown as (error: null, found: object[]) => void)(null, addresses);
      callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };

  private isReachable(address: string): boolean {
    return this.isAllowed(address) || !has(this.special, address);
  }

  private isAllowed(address: string): boolean {
    return has(this.allowed, address);
  }
}

function outcomeOf(status: number): string {
  if (status >= 200 && status < 300) return 'delivered';
  if (status >= 300 && status < 400) return 'redirect';
  if (status === 410) return 'gone';
  return [429, 502, 503, 504].includes(status) ? 'throttled' : 'refused';
}

function networks(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address, prefix] = cidr.split('/');
    const family = isIP(address!);
    if (family === 0) throw new Error(`${cidr} is not a network like 10.0.0.0/8`);
    list.addSubnet(address!, Number(prefix ?? (family === 4 ? 32 : 128)), family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

function has(list: BlockList, address: string): boolean {
  const plain = MAPPED_V4.exec(address)?.[1] ?? address;
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

/** The beginning of an answer; the rest is thrown away, and a very long one is cut off. */
async function excerpt(body: AsyncIterable<Buffer> & { destroy(): void }): Promise<string> {
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (text.length < ANSWER_CHARS_MAX) text += chunk.toString('utf8');
    if (bytes > ANSWER_BYTES_MAX) break;
  }
  return text.slice(0, ANSWER_CHARS_MAX);
}

function seconds(header: string | string[] | undefined): number | undefined {
  const value = Array.isArray(header) ? header[0] : header;
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1_000));
}
