/*
 * The ways a vendor misbehaves on demand. Settings come from `PUT /_control/{vendor}/faults`; chance comes from a
 * seeded generator, so that a run with the same seed and the same calls meets the same faults.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';

const MAX_DELAY_MS = 600_000;

/** All faults, off. A rate is a chance between 0 and 1 for each call (or webhook). */
const OFF = {
  /** `true`: every connection is destroyed, as if nobody listened; `"unavailable"`: 503 as the vendor phrases it. */
  down: false as boolean | 'unavailable',
  /** Milliseconds before a call is handled, spread evenly between the two. */
  latencyMs: { min: 0, max: 0 },
  /** Rate of 5xx before anything is done. */
  errorRate: 0,
  /** Rate of writes that are done but whose answer never arrives. */
  timeoutAfterSuccess: 0,
  /** How long such a call hangs before its connection is destroyed. 0: destroyed at once. */
  timeoutHoldMs: 0,
  /** Rate of webhooks that are sent twice. */
  duplicate: 0,
  /** Rate of webhooks that are held back, so that later ones overtake them. */
  reorder: 0,
  /** Rate of record writes refused because somebody else holds the row. */
  rowLock: 0,
  /** Milliseconds a write lasts: so long it holds its record and the parents, and others who write them are refused. */
  lockHoldMs: 0,
  /** Rate of writes refused because the CSRF token has expired. */
  csrfExpiry: 0,
  /** Rate of successes that carry a warning beside the answer, which a careful client does not take for an error. */
  warning: 0,
  /** Rate of refunds that are accepted and fail some time later. */
  refundFailsLate: 0,
  /** The call quota is used up. */
  quotaGone: false,
  /** The accounting period is closed: journal entries are refused until this is off again. */
  periodClosed: false,
  /** Webhooks wait in the queue until this is off again. */
  webhooksPaused: false,
};

export type FaultSettings = typeof OFF;
export type FaultName = keyof FaultSettings;
/** The faults that strike by chance. */
export type FaultRate = { [Name in FaultName]: FaultSettings[Name] extends number ? Name : never }[FaultName];

/** Settings that cannot be accepted; the message names the field and what it may be. */
export class InvalidFaults extends Error {}

export class Faults {
  private current: FaultSettings = structuredClone(OFF);
  private readonly counts: Partial<Record<FaultName, number>> = {};
  private readonly listeners: (() => void)[] = [];
  private randomState: number;

  /** @param seed any text; the same seed gives the same sequence of chances. */
  constructor(private readonly supports: readonly FaultName[], seed: string) {
    this.randomState = [...seed].reduce((hash, char) => Math.imul(hash ^ char.charCodeAt(0), 0x01000193), 0x811c9dc5);
  }

  get settings(): Readonly<FaultSettings> {
    return this.current;
  }

  /** How often each fault has struck since the start or the last reset. */
  get applied(): Readonly<Partial<Record<FaultName, number>>> {
    return this.counts;
  }

  /**
   * Replaces all settings: a fault that is not named is off. `true` stands for rate 1, `false` for 0, and a plain
   * number for a fixed latency.
   * @throws InvalidFaults naming the field
   */
  replace(body: unknown): FaultSettings {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new InvalidFaults(`send a JSON object with any of: ${this.supports.join(', ')}`);
    }
    const next: Record<string, unknown> = structuredClone(OFF);
    for (const [name, value] of Object.entries(body)) {
      if (!(name in OFF)) throw new InvalidFaults(`unknown fault "${name}"; known are: ${this.supports.join(', ')}`);
      const fault = name as FaultName;
      if (this.supports.includes(fault)) next[fault] = parse(fault, value);
      else if (value) throw new InvalidFaults(`this vendor has no "${name}"; it has: ${this.supports.join(', ')}`);
    }
    this.current = next as FaultSettings;
    for (const listener of this.listeners) listener();
    return this.current;
  }

  reset(): void {
    for (const name of Object.keys(this.counts)) delete this.counts[name as FaultName];
    this.replace({});
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Draws a chance: whether this fault strikes now. Counted when it does. */
  hits(fault: FaultRate): boolean {
    const rate = this.current[fault];
    if (rate <= 0 || this.random() >= rate) return false;
    this.count(fault);
    return true;
  }

  /** Whether a switched fault is on; counted when it is. */
  isOn(fault: 'down' | 'quotaGone' | 'webhooksPaused' | 'periodClosed'): boolean {
    if (this.current[fault] === false) return false;
    this.count(fault);
    return true;
  }

  /** Milliseconds this call has to wait. */
  delayMs(): number {
    const { min, max } = this.current.latencyMs;
    return max === 0 ? 0 : min + this.random() * (max - min);
  }

  /** A number in [0, 1): mulberry32. */
  random(): number {
    this.randomState = (this.randomState + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.randomState ^ (this.randomState >>> 15), 1 | this.randomState);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  private count(fault: FaultName): void {
    this.counts[fault] = (this.counts[fault] ?? 0) + 1;
  }
}

/** An HTTP answer as the vendor itself would phrase it. An object body is sent as JSON. */
export interface VendorAnswer {
  status: number;
  headers?: Record<string, string>;
  body: string | object;
}

/** The vendor's own way of failing. */
export interface FaultRenderer {
  /** How this vendor says 5xx: `unavailable` for maintenance (fault `down`), `serverError` for `errorRate`. */
  renderFault(kind: 'unavailable' | 'serverError', request: FastifyRequest): VendorAnswer;
}

/** Applies outage, latency, errors and lost answers to all routes of a vendor's scope. */
export function applyFaults(app: FastifyInstance, faults: Faults, vendor: FaultRenderer): void {
  app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    if (faults.isOn('down')) {
      if (faults.settings.down === 'unavailable') return render(reply, vendor, 'unavailable', request);
      return disconnect(request, reply);
    }
    const delay = faults.delayMs();
    if (delay > 0) await sleep(delay);
    if (faults.hits('errorRate')) return render(reply, vendor, 'serverError', request);
    return undefined;
  });
  app.addHook('onSend', async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    const write = request.routeOptions.config.write ?? !['GET', 'HEAD'].includes(request.method);
    if (write && reply.statusCode < 300 && faults.hits('timeoutAfterSuccess')) {
      await sleep(faults.settings.timeoutHoldMs, undefined, { ref: false });
      request.raw.socket.destroy();
    }
    return payload;
  });
}

function render(
  reply: FastifyReply,
  vendor: FaultRenderer,
  kind: 'unavailable' | 'serverError',
  request: FastifyRequest,
): FastifyReply {
  const answer = vendor.renderFault(kind, request);
  return reply.code(answer.status).headers(answer.headers ?? {}).send(answer.body);
}

function disconnect(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

function parse(fault: FaultName, value: unknown): unknown {
  if (fault === 'down') {
    if (typeof value === 'boolean' || value === 'unavailable') return value;
    throw new InvalidFaults('"down" must be true (connections are destroyed), "unavailable" (503) or false');
  }
  if (fault === 'latencyMs') return parseLatency(value);
  if (fault === 'timeoutHoldMs' || fault === 'lockHoldMs') return parseMilliseconds(fault, value);
  if (fault === 'quotaGone' || fault === 'webhooksPaused' || fault === 'periodClosed') {
    if (typeof value === 'boolean') return value;
    throw new InvalidFaults(`"${fault}" must be true or false`);
  }
  const rate = typeof value === 'boolean' ? Number(value) : value;
  if (typeof rate === 'number' && rate >= 0 && rate <= 1) return rate;
  throw new InvalidFaults(`"${fault}" must be a rate between 0 and 1`);
}

function parseLatency(value: unknown): FaultSettings['latencyMs'] {
  if (typeof value === 'number') {
    const fixed = parseMilliseconds('latencyMs', value);
    return { min: fixed, max: fixed };
  }
  const { min, max } = (value ?? {}) as Partial<FaultSettings['latencyMs']>;
  const range = { min: parseMilliseconds('latencyMs.min', min ?? 0), max: parseMilliseconds('latencyMs.max', max) };
  if (range.min > range.max) throw new InvalidFaults('"latencyMs.min" must not be above "latencyMs.max"');
  return range;
}

function parseMilliseconds(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= MAX_DELAY_MS) return value;
  throw new InvalidFaults(`"${name}" must be milliseconds between 0 and ${MAX_DELAY_MS}`);
}
