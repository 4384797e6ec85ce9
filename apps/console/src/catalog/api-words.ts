// How the versions of APIs are shown: what a state of their life means, and where their documentation stands.
import type { ApiEntry } from '../api/apis';
import type { Tone } from '../shell/tone-badge';

export const LIFECYCLE_TONES: Record<ApiEntry['lifecycle'], Tone> = {
  draft: 'quiet', published: 'good', deprecated: 'doubt', retired: 'bad', blocked: 'bad',
};

/** `process-orders.v1` is documented at `/apis/process-orders/v1`. */
export const docsPath = (api: string): string => `/apis/${api.replace('.v', '/v')}`;
