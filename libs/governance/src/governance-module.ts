// What every API app gets from governance: its runtime, the HTTP adapter and the filter for what never reaches a route.
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ThrottlerStorage } from '@nestjs/throttler';
import type { ApiDefinition } from './api.js';
import { HttpAdapter, HttpProblemFilter } from './http-adapter.js';
import { Counters } from './counters.js';
import type { Governance } from './pipeline.js';
import { ApiRuntime } from './runtime.js';
import { SharedThrottlerStorage } from './throttler-storage.js';

@Module({})
export class GovernanceModule {
  static forApi(definition: ApiDefinition, governance: Governance): DynamicModule {
    return {
      module: GovernanceModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [
        {
          provide: ApiRuntime,
          inject: [DiscoveryService, MetadataScanner],
          useFactory: (discovery: DiscoveryService, scanner: MetadataScanner) =>
            new ApiRuntime(definition, governance, discovery, scanner),
        },
        // A route outside the pipeline that is guarded by @nestjs/throttler counts where the pipeline counts.
        {
          provide: ThrottlerStorage,
          useFactory: () => new SharedThrottlerStorage(governance.limiter?.counters ?? new Counters(undefined)),
        },
        { provide: APP_INTERCEPTOR, useClass: HttpAdapter },
        HttpProblemFilter,
        { provide: APP_FILTER, useExisting: HttpProblemFilter },
      ],
      exports: [ApiRuntime, HttpProblemFilter, ThrottlerStorage],
    };
  }
}
