// What a test does to the sandbox vendors over their own API below /_control, wherever the sandbox runs.
import type { Json } from './consumer.js';

const TIMEOUT_MS = 60_000;

export type ControlMethod = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** Calls the sandbox's own API below /_control. @throws Error when it refuses */
export async function control(
  sandboxUrl: string, method: ControlMethod, path: string, body?: unknown,
): Promise<Json> {
  const answer = await fetch(`${sandboxUrl}/_control/${path}`, {
    method, signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} /_control/${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
}
