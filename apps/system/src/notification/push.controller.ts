// Pushes messages to devices; who follows what is kept by the caller, and what became of a push by the journey.
import { Controller, Inject } from '@nestjs/common';
import {
  notificationApi, Problem, problems, type CallContext, type InputOf, type PushKey, type PushMessage,
  type WriteOutcome,
} from '#contracts';
import { Implements } from '#governance';
import { PUSH_PROVIDER, type PushProvider } from './push.port.js';

const { getPushKey, sendPush } = notificationApi.operations;
/** What push services must take is 4,096 bytes, encrypted (RFC 8030). */
const PAYLOAD_BYTES_MAX = 3_000;

@Controller()
export class PushController {
  constructor(@Inject(PUSH_PROVIDER) private readonly provider: PushProvider) {}

  @Implements(getPushKey)
  async getPushKey(): Promise<PushKey> {
    return { publicKey: this.provider.publicKey };
  }

  @Implements(sendPush)
  async sendPush({ body }: InputOf<typeof sendPush>, call: CallContext): Promise<WriteOutcome> {
    const message = JSON.parse(JSON.stringify(body)) as PushMessage;
    if (Buffer.byteLength(JSON.stringify(message.payload)) > PAYLOAD_BYTES_MAX) {
      const detail = `A payload has at most ${PAYLOAD_BYTES_MAX} bytes.`;
      throw new Problem(problems.unprocessable, { detail, errors: [{ pointer: '#/payload', detail }] });
    }
    return this.provider.push(message, { ...call, subject: message.subject });
  }
}
