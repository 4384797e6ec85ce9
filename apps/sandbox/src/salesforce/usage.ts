/*
 * Counts API calls as Salesforce does, over a sliding day in hours, and says when the quota is used up.
 */
import type { VendorWorld } from '../vendor.js';
import type { Collection } from '../store.js';

const HOUR_MS = 3_600_000;
const HOURS = 24;
const DAILY_CALLS = 1_000_000;

export class Usage {
  private readonly hours: Collection<number>;

  constructor(private readonly world: VendorWorld) {
    this.hours = world.store.collection<number>('ApiUsage');
  }

  readonly max = DAILY_CALLS;

  get used(): number {
    if (this.world.faults.settings.quotaGone) return DAILY_CALLS;
    return [...this.hours.values()].reduce((sum, calls) => sum + calls, 0);
  }

  /** Counts a call; `false` when the quota is used up and the call must be refused. */
  count(): boolean {
    if (this.world.faults.isOn('quotaGone')) return false;
    const hour = Math.floor(this.world.now().getTime() / HOUR_MS);
    for (const [key] of this.hours.entries()) if (Number(key) <= hour - HOURS) this.hours.delete(key);
    if (this.used >= DAILY_CALLS) return false;
    this.hours.put(String(hour), (this.hours.get(String(hour)) ?? 0) + 1);
    return true;
  }
}
