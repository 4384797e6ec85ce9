// Starts and stops everything one process serves, in order: services, APIs, seed, background work, front door.
import type { Config } from '#config';
import type { ApiDefinition } from '#governance';
import { setupTelemetry } from '#telemetry';
import { ApiApp } from './api-app.js';
import { servedApis } from './catalog.js';
import { FrontDoor } from './front-door.js';
import { Services } from './services.js';

export class House {
  private constructor(
    readonly apis: readonly ApiApp[], readonly services: Services, private readonly door: FrontDoor,
    private readonly telemetry: { shutdown(): Promise<void> },
  ) {}

  /** @param databaseUrl where PostgreSQL is; undefined when no API served here keeps data and none was named */
  static async open(config: Config, databaseUrl: string | undefined, progress: (text: string) => void): Promise<House> {
    const telemetry = setupTelemetry(config);
    const served = servedApis(config.APIS);
    const services = await Services.open(config, served, databaseUrl);
    const apis: ApiApp[] = [];
    for (const definition of served) apis.push(await ApiApp.start(definition, services));
    progress(`APIs started: ${apis.length}`);
    if (config.THROUGHLINE_MODE === 'sandbox') for (const api of apis) await api.seed(progress);
    const door = new FrontDoor(apis, services);
    await door.listen();
    await services.start();
    for (const api of apis) await api.startBackground();
    door.open();
    return new House(apis, services, door, telemetry);
  }

  get port(): number {
    return this.door.port;
  }

  async close(): Promise<void> {
    await this.door.close();
    await Promise.all(this.apis.map((api) => api.close()));
    await this.services.close();
    await this.telemetry.shutdown();
  }
}

/** Whether an API needs PostgreSQL: everything but the experience layer keeps data. */
export function needsDatabase(served: readonly ApiDefinition[]): boolean {
  return served.some(({ contract }) => contract.layer !== 'experience');
}
