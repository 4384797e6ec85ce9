// Return parcels at the 3PL: announced once per return of ours, with the label that its carrier printed for it.
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { CallContext, NewReturnParcel, ReturnParcel, WriteOutcome } from '#contracts';
import { refusal, WmsWarehouse } from './wms-warehouse.connector.js';

const RETURNS = '/wms/v1/returns';

interface WmsReturn {
  readonly id: string;
  readonly externalId: string;
  readonly status: string;
  readonly label: {
    readonly carrier: string; readonly trackingNumber: string; readonly trackingUrl?: string;
    readonly mediaType: string; readonly data: string;
  };
}

@Injectable()
export class WmsReturns {
  constructor(private readonly warehouse: WmsWarehouse) {}

  announce(parcel: NewReturnParcel, call: CallContext): Promise<WriteOutcome> {
    const { returnId, returnNumber, locationId, method, lines, sender } = parcel;
    const lookUp = `GET ${RETURNS}?externalId=${returnId}`;
    return this.warehouse.line.write(call, 'announceReturn', lookUp, async () => {
      const known = call.mayHaveRun ? await this.find(returnId, call.deadline) : undefined;
      const body = {
        externalId: returnId, reference: returnNumber, location: locationId, method,
        lines: lines.map(({ lineId, sku, quantity }) => ({ lineId, sku, quantity })),
        ...(sender ? { sender: { ...sender } } : {}),
      };
      const payloadHash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
      const detail = { reference: returnId, payloadHash };
      if (known) return { outcome: 'applied', reference: known.reference, found: true, detail };
      const answer = await this.warehouse.write('announceReturn', { method: 'POST', path: RETURNS, body },
        call.deadline);
      if (answer.status >= 300) return { ...refusal(answer), detail };
      const found = answer.status === 200 ? { found: true } : {};
      return { outcome: 'applied', reference: (answer.body as WmsReturn).id, ...found, detail };
    });
  }

  /** The parcel as the warehouse has it. @throws VendorUnreached */
  async find(returnId: string, deadline: number): Promise<ReturnParcel | undefined> {
    const path = `${RETURNS}?externalId=${encodeURIComponent(returnId)}`;
    const { returns: [found] } = await this.warehouse.read<{ returns: WmsReturn[] }>('findReturn', path, deadline);
    return found && { returnId, reference: found.id, state: found.status, ...found.label };
  }
}
