// What the house tells its console before anybody has signed in: how one signs in, and where the sandbox vendors are.

export interface Credentials {
  clientId: string;
  clientSecret: string;
}

/** A consumer everybody may be in the sandbox, and for whom it is. */
export interface DemoConsumer extends Credentials {
  purpose: string;
}

export interface ConsoleConfig {
  mode: 'sandbox' | 'production';
  /** Base URL of the sandbox vendors and their fault controls; sandbox mode only. */
  sandboxUrl?: string;
  /** The consumer everybody is who has not signed in as another; sandbox mode only. */
  demo?: Credentials;
  demos?: DemoConsumer[];
}

const TIMEOUT_MS = 10_000;

/** @throws Error when the house does not answer */
export async function readConsoleConfig(): Promise<ConsoleConfig> {
  const response = await fetch('/console-config.json', {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`/console-config.json answered ${response.status}`);
  return (await response.json()) as ConsoleConfig;
}
