// What a provider of messages must do: take one message and say what became of it. E-mail by SMTP is the first; a
// provider with an API of its own, or text messages, implement the same.
import type { CallContext, WriteOutcome } from '#contracts';

/** A message as it leaves the house. */
export interface OutgoingMessage {
  readonly messageId: string;
  readonly template: string;
  readonly to: string;
  readonly name?: string;
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MessageProvider {
  readonly connector: string;
  /** send, and lookUp where the provider can be asked what became of a message. */
  readonly operations: readonly string[];
  /** Id the message has at the provider, the same for every try. */
  referenceOf(messageId: string): string;
  /** @throws Problem vendor-unavailable when it was surely not taken */
  send(message: OutgoingMessage, call: CallContext): Promise<WriteOutcome>;
}

/** Nest's name for the provider that is connected. */
export const MESSAGE_PROVIDER = Symbol('message provider');
