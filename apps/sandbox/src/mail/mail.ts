/*
 * The sandbox's mail provider: a real SMTP server on a port of its own that delivers to nobody and keeps everything, so
 * that people and tests read what customers would have got at `GET /_control/mail/state`. Like a real provider it
 * shows a message with a Message-ID it has seen before once, and counts the copies.
 */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { simpleParser, type AddressObject } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Collection } from '../store.js';
import type { SandboxVendor, VendorAnswer, VendorState, VendorWorld } from '../vendor.js';

const USER = 'throughline';
const PASSWORD = 'throughline-secret';
const MESSAGE_BYTES_MAX = 1024 * 1024;
const MESSAGES_SHOWN_MAX = 5_000;
/** Connections that are destroyed when the provider is closed and they do not end by themselves. */
const CLOSE_TIMEOUT_MS = 500;

interface Mail {
  readonly messageId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly language: string;
  readonly text: string;
  readonly html: string;
  readonly receivedAt: string;
  /** How often it was sent. */
  copies: number;
}

export interface MailOptions {
  readonly port: number;
  readonly host: string;
}

export function mail(options: MailOptions): MailVendor {
  return new MailVendor(options);
}

export class MailVendor implements SandboxVendor {
  readonly name = 'mail';
  readonly supports = ['down', 'latencyMs', 'errorRate', 'timeoutAfterSuccess', 'timeoutHoldMs', 'quotaGone'] as const;
  private readonly sockets = new Map<number, Socket>();
  private world!: VendorWorld;
  private mails!: Collection<Mail>;
  private server!: SMTPServer;
  private address = '';

  constructor(private readonly options: MailOptions) {}

  /** Where it listens, e.g. `smtp://127.0.0.1:3925`. */
  get url(): string {
    return this.address;
  }

  async register(app: FastifyInstance, world: VendorWorld): Promise<void> {
    this.world = world;
    this.mails = world.store.collection('mails');
    this.server = new SMTPServer({
      banner: 'Throughline sandbox mail', size: MESSAGE_BYTES_MAX, disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true, closeTimeout: CLOSE_TIMEOUT_MS, logger: false,
      onConnect: (_session, done) => void this.connect(done),
      onAuth: ({ username, password }, _session, done) =>
        username === USER && password === PASSWORD ? done(null, { user: USER }) : done(refusal(535, 'Bad credentials')),
      onMailFrom: (_address, _session, done) => {
        if (world.faults.isOn('quotaGone')) return done(refusal(452, 'The daily quota is used up'));
        return world.faults.hits('errorRate') ? done(refusal(451, 'Local error, try again')) : done();
      },
      onRcptTo: ({ address }, _session, done) =>
        address.endsWith('.invalid') ? done(refusal(550, `No such mailbox: ${address}`)) : done(),
      onData: (stream, session, done) => void this.take(stream, session, done),
    });
    this.server.on('error', () => undefined);
    this.server.server.prependListener('connection', (socket: Socket) => this.greet(socket));
    await new Promise<void>((resolve, reject) => {
      this.server.server.once('error', reject);
      this.server.listen(this.options.port, this.options.host, () => resolve());
    });
    const bound = this.server.server.address() as { port: number };
    this.address = `smtp://${this.options.host}:${bound.port}`;
    app.addHook('onClose', () => this.close());
  }

  renderFault(): VendorAnswer {
    return { status: 503, body: { error: 'The mail provider speaks SMTP only.' } };
  }

  state(): VendorState {
    const kept = [...this.mails.values()];
    return {
      counts: { mails: kept.length, copies: kept.reduce((sum, { copies }) => sum + copies, 0) },
      records: { mails: kept.slice(-MESSAGES_SHOWN_MAX) },
    };
  }

  reset(): void {
    // The framework has emptied the store.
  }

  private greet(socket: Socket): void {
    if (this.world.faults.settings.down === true && this.world.faults.isOn('down')) {
      socket.destroy();
      return;
    }
    const { remotePort = 0 } = socket;
    this.sockets.set(remotePort, socket);
    socket.once('close', () => this.sockets.delete(remotePort));
    socket.on('error', () => undefined);
  }

  private async connect(done: (error?: Error) => void): Promise<void> {
    const delay = this.world.faults.delayMs();
    if (delay > 0) await sleep(delay, undefined, { ref: false });
    if (this.world.faults.settings.down === 'unavailable' && this.world.faults.isOn('down')) {
      return done(refusal(421, 'Service not available'));
    }
    return done();
  }

  private async take(
    stream: SMTPServerDataStream, session: SMTPServerSession, done: (error?: Error | null) => void,
  ): Promise<void> {
    try {
      const parsed = await simpleParser(stream);
      const messageId = parsed.messageId ?? `<${session.id}@sandbox>`;
      const known = this.mails.get(messageId);
      this.mails.put(messageId, known ? { ...known, copies: known.copies + 1 } : {
        messageId, from: parsed.from?.text ?? '', to: addresses(parsed.to), subject: parsed.subject ?? '',
        language: String(parsed.headers.get('content-language') ?? ''), text: parsed.text ?? '',
        html: parsed.html || '', receivedAt: this.world.now().toISOString(), copies: 1,
      });
      if (this.world.faults.hits('timeoutAfterSuccess')) {
        await sleep(this.world.faults.settings.timeoutHoldMs, undefined, { ref: false });
        this.sockets.get(session.remotePort)?.destroy();
        return;
      }
      done();
    } catch (error) {
      done(refusal(451, error instanceof Error ? error.message : 'The message could not be read'));
    }
  }

  private async close(): Promise<void> {
    for (const socket of this.sockets.values()) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

function addresses(to: AddressObject | AddressObject[] | undefined): string[] {
  return [to ?? []].flat().flatMap(({ value }) => value.flatMap(({ address }) => address ?? []));
}
