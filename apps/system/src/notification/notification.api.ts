// The notification API: its contract, its module with the connected provider, and the messages it keeps.
import { Module } from '@nestjs/common';
import { Config } from '#config';
import { notificationApi } from '#contracts';
import { JourneyRecorder } from '#events';
import type { ApiDefinition } from '#governance';
import { SmtpMessages } from './connectors/smtp/smtp-message.connector.js';
import { MessageRecord } from './message.entity.js';
import { Notification1700000003120 } from './migrations/1700000003120-notification.js';
import { NotificationController } from './notification.controller.js';
import { MESSAGE_PROVIDER } from './notification.port.js';

@Module({
  controllers: [NotificationController],
  providers: [{
    provide: MESSAGE_PROVIDER, inject: [Config, JourneyRecorder],
    useFactory: (config: Config, journey: JourneyRecorder) => new SmtpMessages(config.smtp, journey),
  }],
})
class NotificationModule {}

export const notification: ApiDefinition = {
  contract: notificationApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-24T00:00:00Z' },
  requires: [],
  module: NotificationModule,
  entities: [MessageRecord],
  migrations: [Notification1700000003120],
};
