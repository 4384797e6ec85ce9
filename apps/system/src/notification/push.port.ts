// What a way to reach devices must do: take one message for one device and say what became of it. Web push is the
// first; a platform's own service would implement the same.
import type { CallContext, PushMessage, WriteOutcome } from '#contracts';

export interface PushProvider {
  /** Key by which a device knows that a message is ours. */
  readonly publicKey: string;
  /** @throws Problem vendor-unavailable when it was surely not taken */
  push(message: PushMessage, call: CallContext): Promise<WriteOutcome>;
}

/** Nest's name for the provider that is connected. */
export const PUSH_PROVIDER = Symbol('push provider');
