// The notification API: its contract, its module with the connected provider, and the messages it keeps.
import { Module } from '@nestjs/common';
import { Config } from '#config';
import { notificationApi } from '#contracts';
import { JourneyRecorder } from '#events';
import type { ApiDefinition } from '#governance';
import { vapidKey } from './connectors/webpush/vapid-key.policy.js';
import { WebPush } from './connectors/webpush/web-push.connector.js';
import { SmtpMessages } from './connectors/smtp/smtp-message.connector.js';
import { MessageRecord } from './message.entity.js';
import { Notification1700000003120 } from './migrations/1700000003120-notification.js';
import { NotificationController } from './notification.controller.js';
import { MESSAGE_PROVIDER } from './notification.port.js';
import { PushController } from './push.controller.js';
import { PUSH_PROVIDER } from './push.port.js';

@Module({
  controllers: [NotificationController, PushController],
  providers: [{
    provide: MESSAGE_PROVIDER, inject: [Config, JourneyRecorder],
    useFactory: (config: Config, journey: JourneyRecorder) => new SmtpMessages(config.smtp, journey),
  }, {
    provide: PUSH_PROVIDER, inject: [Config, JourneyRecorder],
    useFactory: (config: Config, journey: JourneyRecorder) => new WebPush({
      key: vapidKey(config.THROUGHLINE_SECRET, config.PUSH_PRIVATE_KEY), contact: config.PUSH_CONTACT,
      networks: config.webhookNetworks,
    }, journey),
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
