// Settlement files as their callers meet them: take one in, list them, read the lines of one.
import { Controller } from '@nestjs/common';
import {
  reconciliationApi, type CallContext, type InputOf, type Settlement, type SettlementLines, type Settlements,
} from '#contracts';
import { Implements } from '#governance';
import { ImportSettlement } from './settlement-import.command.js';

const { importSettlement, listSettlements, getSettlementLines } = reconciliationApi.operations;

@Controller()
export class SettlementController {
  constructor(private readonly settlements: ImportSettlement) {}

  @Implements(importSettlement)
  importSettlement({ body }: InputOf<typeof importSettlement>, call: CallContext): Promise<Settlement> {
    return this.settlements.execute(body, call.consumer);
  }

  @Implements(listSettlements)
  async listSettlements(): Promise<Settlements> {
    return { settlements: await this.settlements.list() };
  }

  @Implements(getSettlementLines)
  getSettlementLines({ params }: InputOf<typeof getSettlementLines>): Promise<SettlementLines> {
    return this.settlements.lines(params.settlementId);
  }
}
