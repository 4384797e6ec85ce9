// process/tracking: devices that follow orders, and the reader of the event log that tells them.
import { Module } from '@nestjs/common';
import { notificationApi, ordersApi, trackingApi } from '#contracts';
import type { ProcessApi } from '../process-api.js';
import { Tracking1700000003610 } from './migrations/1700000003610-tracking.js';
import { PushDispatch } from './push-dispatch.consumer.js';
import { PushSubscriptionRecord } from './push-subscription.entity.js';
import { TrackingController } from './tracking.controller.js';

@Module({ controllers: [TrackingController], providers: [PushDispatch] })
class TrackingModule {}

export const tracking: ProcessApi = {
  contract: trackingApi,
  lifecycle: { state: 'published', publishedAt: '2026-11-24T00:00:00Z' },
  requires: [notificationApi, ordersApi],
  module: TrackingModule,
  entities: [PushSubscriptionRecord],
  migrations: [Tracking1700000003610],
  background: [PushDispatch],
};
