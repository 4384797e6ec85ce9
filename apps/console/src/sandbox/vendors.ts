// Speaks with the sandbox's own control API, which is not one of the house: the vendors and how they misbehave.
import { ProblemError } from '../api/problem';

export interface FaultSettings {
  down: boolean | 'unavailable';
  latencyMs: { min: number; max: number };
  [fault: string]: unknown;
}

export interface Vendor {
  name: string;
  supports: string[];
  faults: FaultSettings;
}

const TIMEOUT_MS = 5_000;

export async function listVendors(base: string): Promise<Vendor[]> {
  const { vendors } = (await control(`${base}/_control`, {})) as { vendors: Vendor[] };
  return vendors;
}

/** Replaces the settings of a vendor with what it has plus a change; only faults it knows are sent. */
export function changeFaults(base: string, vendor: Vendor, change: Record<string, unknown>): Promise<unknown> {
  const wanted = Object.entries({ ...vendor.faults, ...change }).filter(([name]) => vendor.supports.includes(name));
  return control(`${base}/_control/${vendor.name}/faults`, {
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(Object.fromEntries(wanted)),
  });
}

/** All faults of a vendor off. */
export function clearFaults(base: string, vendor: Vendor): Promise<unknown> {
  return control(`${base}/_control/${vendor.name}/faults`, {
    method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{}',
  });
}

async function control(url: string, request: RequestInit): Promise<unknown> {
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => {
    throw new ProblemError('The sandbox vendors do not answer',
      `Nothing answers at ${url}. They run beside the house and can be reached from this machine only.`, 0);
  });
  const body = (await response.json().catch(() => ({}))) as { error?: string };
  if (!response.ok) throw new ProblemError('The vendor refused the setting', body.error ?? '', response.status);
  return body;
}
