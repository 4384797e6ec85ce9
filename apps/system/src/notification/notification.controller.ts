// Sends each message once: its row is written before it is sent, so that a repetition finds what became of the first
// try and only an unsettled one is tried again, under its old Message-ID.
import { isDeepStrictEqual } from 'node:util';
import { Controller, Inject } from '@nestjs/common';
import {
  notificationApi, Problem, problems, type CallContext, type InputOf, type Message, type MessageText, type NewMessage,
  type NotificationCapabilities, type WriteOutcome,
} from '#contracts';
import { Database } from '#database';
import { Implements } from '#governance';
import { renderMessage, templateLanguages } from './message-template.mapping.js';
import { MessageRecord, type MessageState } from './message.entity.js';
import { MESSAGE_PROVIDER, type MessageProvider } from './notification.port.js';

const { sendMessage, getMessage, previewMessage, getCapabilities } = notificationApi.operations;

const BEGIN = `
  insert into notification.message (id, subject, message, attempts) values ($1, $2, $3, 1)
  on conflict (id) do update set attempts = message.attempts + 1, updated_at = now()
    where message.state in ('pending', 'uncertain') and message.message = excluded.message
  returning attempts`;
const SETTLE = `
  update notification.message set state = $2, reason = $3, updated_at = now()
  where id = $1 and state in ('pending', 'uncertain')`;

const STATES: Readonly<Record<WriteOutcome['outcome'], MessageState>> = {
  applied: 'sent', rejected: 'rejected', uncertain: 'uncertain',
};

@Controller()
export class NotificationController {
  constructor(
    private readonly database: Database, @Inject(MESSAGE_PROVIDER) private readonly provider: MessageProvider,
  ) {}

  @Implements(sendMessage)
  async sendMessage({ body }: InputOf<typeof sendMessage>, call: CallContext): Promise<WriteOutcome> {
    const message = JSON.parse(JSON.stringify(body)) as NewMessage;
    const { messageId, subject, template, to, name } = message;
    const begun = await this.database.query(BEGIN, [messageId, subject, JSON.stringify(message)]);
    if (begun.length === 0) return this.settled(message);
    const { language, ...words } = renderMessage(message);
    const outcome = await this.provider.send(
      { messageId, template, to, language, ...words, ...(name ? { name } : {}) },
      { ...call, subject },
    );
    await this.database.query(SETTLE, [messageId, STATES[outcome.outcome], outcome.reason ?? null]);
    return outcome;
  }

  @Implements(getMessage)
  async getMessage({ params }: InputOf<typeof getMessage>): Promise<Message> {
    const { message, state, attempts, reason, updatedAt } = await this.read(params.messageId);
    return {
      ...message, state, attempts, reference: this.provider.referenceOf(message.messageId),
      ...(reason === null ? {} : { reason }), updatedAt: updatedAt.toISOString(),
    };
  }

  @Implements(previewMessage)
  async previewMessage({ body }: InputOf<typeof previewMessage>): Promise<MessageText> {
    return renderMessage(body);
  }

  @Implements(getCapabilities)
  async getCapabilities(): Promise<NotificationCapabilities> {
    const { connector, operations } = this.provider;
    return { connector, operations: [...operations], templates: templateLanguages() };
  }

  /** What became of a message that was asked for before. */
  private async settled(message: NewMessage): Promise<WriteOutcome> {
    const known = await this.read(message.messageId);
    if (!isDeepStrictEqual(known.message, message)) {
      throw new Problem(problems.stateConflict, { detail: `${message.messageId} is another message.` });
    }
    if (known.state === 'rejected') return { outcome: 'rejected', reason: known.reason ?? 'rejected' };
    return { outcome: 'applied', reference: this.provider.referenceOf(message.messageId), found: true };
  }

  private async read(id: string): Promise<MessageRecord> {
    const record = await this.database.dataSource.getRepository(MessageRecord).findOneBy({ id });
    if (!record) throw new Problem(problems.notFound, { detail: `There is no message ${id}.` });
    return record;
  }
}
