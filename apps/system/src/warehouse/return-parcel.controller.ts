// The warehouse's operations for returns: announce what comes back, and read it with its label.
import { Controller } from '@nestjs/common';
import {
  Problem, problems, warehouseApi, type CallContext, type InputOf, type ReturnParcel, type WriteOutcome,
} from '#contracts';
import { Implements } from '#governance';
import { WmsReturns } from './connectors/wms/wms-returns.connector.js';
import { WmsWarehouse } from './connectors/wms/wms-warehouse.connector.js';

const { announceReturn, getReturnParcel } = warehouseApi.operations;

@Controller()
export class ReturnParcelController {
  constructor(private readonly returns: WmsReturns, private readonly wms: WmsWarehouse) {}

  @Implements(announceReturn)
  announceReturn({ body }: InputOf<typeof announceReturn>, call: CallContext): Promise<WriteOutcome> {
    return this.returns.announce(body, call);
  }

  @Implements(getReturnParcel)
  async getReturnParcel({ params }: InputOf<typeof getReturnParcel>, call: CallContext): Promise<ReturnParcel> {
    let found: ReturnParcel | undefined;
    try {
      found = await this.returns.find(params.returnId, call.deadline);
    } catch (error) {
      throw this.wms.line.problem(error);
    }
    if (found) return found;
    throw new Problem(problems.notFound, { detail: `The warehouse knows of no return ${params.returnId}.` });
  }
}
