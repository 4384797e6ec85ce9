// Serialises writes per parent: Salesforce locks the parents of what is written, so two batches that share one must not
// be on their way at once. Batches without a common parent pass side by side.
const WAITING_MAX = 1_000;

interface Waiting {
  readonly keys: readonly string[];
  readonly go: () => void;
}

export class ParentGate {
  private readonly busy = new Set<string>();
  private waiting: Waiting[] = [];

  /** Runs `work` while nothing else runs that names one of these parents; whoever came first goes first. */
  async hold<T>(parents: readonly string[], work: () => Promise<T>): Promise<T> {
    const keys = [...new Set(parents)];
    await this.enter(keys);
    try {
      return await work();
    } finally {
      for (const key of keys) this.busy.delete(key);
      this.letIn();
    }
  }

  private enter(keys: readonly string[]): Promise<void> {
    if (this.waiting.length >= WAITING_MAX) throw new Error('Too many batches wait for a parent');
    return new Promise((go) => {
      this.waiting.push({ keys, go });
      this.letIn();
    });
  }

  /** Nobody overtakes a batch that waits for a parent of its own. */
  private letIn(): void {
    const claimed = new Set(this.busy);
    this.waiting = this.waiting.filter(({ keys, go }) => {
      const free = keys.every((key) => !claimed.has(key));
      for (const key of keys) claimed.add(key);
      if (!free) return true;
      for (const key of keys) this.busy.add(key);
      go();
      return false;
    });
  }
}
