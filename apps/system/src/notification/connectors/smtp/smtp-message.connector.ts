// E-mail by SMTP. The moment that matters is the end of DATA: a refusal before it means surely not sent, silence after
// it means perhaps sent. SMTP cannot be asked, so every try of a message bears the same Message-ID.
import { Readable } from 'node:stream';
import { createTransport, type SendMailOptions, type Transporter } from 'nodemailer';
import type { CallContext, WriteOutcome } from '#contracts';
import type { JourneyRecorder } from '#events';
import { VendorLine, VendorSilent, VendorUnreached, type Reported } from '../../../vendor-line.js';
import type { MessageProvider, OutgoingMessage } from '../../notification.port.js';

const VENDOR = 'mail';
const CONNECT_TIMEOUT_MS = 3_000;
const CALL_TIMEOUT_MS = 10_000;
const CONNECTIONS = 4;
const RETRY_AFTER_SECONDS = 5;
const REFUSED_FOR_GOOD = 500;

export interface SmtpAccess {
  /** `smtp[s]://user:password@host:port` */
  readonly url: string;
  readonly from: string;
}

export interface SmtpOptions {
  readonly callTimeoutMs?: number;
  readonly firstProbeMs?: number;
}

interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
}

export class SmtpMessages implements MessageProvider {
  readonly connector = 'smtp';
  readonly operations = ['send'];
  readonly line: VendorLine;
  private readonly domain: string;

  /** @param options limits that differ from a productive provider's, e.g. in tests */
  constructor(private readonly access: SmtpAccess, journey: JourneyRecorder, options: SmtpOptions = {}) {
    this.domain = /@([^>\s]+)/.exec(access.from)?.[1] ?? 'throughline.invalid';
    this.line = new VendorLine({
      vendor: VENDOR, journey, concurrent: CONNECTIONS, callTimeoutMs: CALL_TIMEOUT_MS, ...options,
    });
  }

  referenceOf(messageId: string): string {
    return `<${messageId}@${this.domain}>`;
  }

  send(message: OutgoingMessage, call: CallContext): Promise<WriteOutcome> {
    const reference = this.referenceOf(message.messageId);
    return this.line.write(call, 'sendMessage', `a message with Message-ID ${reference}`, () =>
      this.line.run('sendMessage', call.deadline, (timeoutMs) => this.deliver(message, reference, timeoutMs)));
  }

  private async deliver(message: OutgoingMessage, reference: string, timeoutMs: number): Promise<Reported> {
    const detail = { messageId: message.messageId, template: message.template, language: message.language };
    const transport = this.open(timeoutMs);
    let begun = false;
    // The content is read once the provider is connected and has let us in: silence from then on says nothing.
    const text = new Readable({ read() { begun = true; this.push(message.text); this.push(null); } });
    try {
      await transport.sendMail(this.toMail({ ...message, text }, reference));
      return { outcome: 'applied', reference, detail };
    } catch (error) {
      const failure = classify(error as SmtpError, begun);
      if (failure instanceof Error) throw failure;
      return { outcome: 'rejected', reason: failure, detail };
    } finally {
      transport.close();
    }
  }

  private open(timeoutMs: number): Transporter {
    const { protocol, hostname, port, username, password } = new URL(this.access.url);
    const secure = protocol === 'smtps:';
    return createTransport({
      host: hostname, port: Number(port || (secure ? 465 : 587)), secure,
      ...(username ? { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } } : {}),
      connectionTimeout: Math.min(CONNECT_TIMEOUT_MS, timeoutMs), greetingTimeout: timeoutMs, socketTimeout: timeoutMs,
      dnsTimeout: Math.min(CONNECT_TIMEOUT_MS, timeoutMs),
    });
  }

  private toMail(
    { to, name, subject, text, html, language, messageId }: Omit<OutgoingMessage, 'text'> & { text: Readable },
    reference: string,
  ) {
    return {
      messageId: reference, from: this.access.from, to: name ? { name, address: to } : to, subject, text, html,
      headers: { 'Content-Language': language, 'X-Throughline-Message': messageId, 'Auto-Submitted': 'auto-generated' },
    } satisfies SendMailOptions;
  }
}

/** The provider's refusal in words, or what the silence means. */
function classify(error: SmtpError, begun: boolean): string | VendorUnreached | VendorSilent {
  const { code, responseCode, message } = error;
  if (responseCode !== undefined && code !== 'EAUTH') {
    if (responseCode >= REFUSED_FOR_GOOD) return message;
    return new VendorUnreached(`it refuses for now (${message})`, true, RETRY_AFTER_SECONDS, error);
  }
  if (code === 'EENVELOPE' || code === 'EMESSAGE') return message;
  if (begun) return new VendorSilent(`no answer (${code ?? message})`, error);
  return new VendorUnreached(`no connection (${code ?? message})`, true, undefined, error);
}
