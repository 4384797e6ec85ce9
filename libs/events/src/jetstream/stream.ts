// How the log looks on NATS JetStream: one stream, a subject per domain and partition of the key, the position as
// message id. The stream distributes and may be lost; the log is the record.
import {
  DiscardPolicy, RetentionPolicy, StorageType, type JetStreamManager, type StreamInfo,
} from '@nats-io/jetstream';

export const STREAM = 'THROUGHLINE';
export const PARTITIONS = 16;
export const POSITION_HEADER = 'Throughline-Position';
/** On a copy that replaces a lost message: its place in the stream says nothing about the log. */
export const REPUBLISHED_HEADER = 'Throughline-Republished';
const KEPT_NS = 7 * 86_400 * 1_000_000_000;
const DUPLICATES_KNOWN_NS = 120 * 1_000_000_000;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a (32 bits) of a partition key modulo 16. */
export function partitionOf(key: string): number {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(key, 'utf8')) hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  return hash % PARTITIONS;
}

/** `ev.<domain>.<partition>`, e.g. `ev.order.7`. */
export function subjectOf(type: string, partitionKey: string): string {
  return `ev.${type.split('.', 1)[0]}.${partitionOf(partitionKey)}`;
}

/** The stream, made when it is not there. */
export async function ensureStream(manager: JetStreamManager): Promise<StreamInfo> {
  try {
    return await manager.streams.info(STREAM);
  } catch (error) {
    if (!/not found/i.test((error as Error).message)) throw error;
    return manager.streams.add({
      name: STREAM, subjects: ['ev.>'], storage: StorageType.File, retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old, max_age: KEPT_NS, duplicate_window: DUPLICATES_KNOWN_NS,
    });
  }
}
