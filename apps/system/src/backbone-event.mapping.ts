// What a domain tells the house of a vendor that its work waits for: that it is degraded, that it has recovered, and
// which work was let through.
import type { EventData } from '#contracts';
import type { NewEvent } from '#events';

/** @param source of the domain, e.g. `/system/erp` */
export function degradedEvent(source: string, data: EventData['backbone.degraded.v1']): NewEvent {
  return { ...aboutOf(source, data.vendor), type: 'backbone.degraded.v1', data };
}

export function queueReleasedEvent(source: string, data: EventData['backbone.queue-released.v1']): NewEvent {
  return { ...aboutOf(source, data.vendor), type: 'backbone.queue-released.v1', data };
}

export function recoveredEvent(source: string, vendor: string, since: Date, until: Date): NewEvent {
  const seconds = Math.max(0, Math.round((until.getTime() - since.getTime()) / 1_000));
  const data: EventData['backbone.recovered.v1'] = { vendor, since: since.toISOString(), seconds };
  return { ...aboutOf(source, vendor), type: 'backbone.recovered.v1', data };
}

const aboutOf = (source: string, vendor: string) => ({ source, subject: vendor, partitionKey: vendor });
