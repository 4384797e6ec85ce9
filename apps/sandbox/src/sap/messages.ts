/*
 * SAP's way to say no: message classes and numbers, the Gateway error document in JSON and in XML, and the
 * `sap-message` header that carries warnings beside a success.
 */
import { randomBytes } from 'node:crypto';

export interface SapMessage {
  /** Message class and number, such as `V1/382`, or a Gateway exception id. */
  readonly code: string;
  readonly message: string;
  /** The property the message is about, empty when none. */
  readonly propertyref?: string;
}

/** An answer that is an SAP error document. */
export class SapError extends Error {
  readonly details: readonly SapMessage[];

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    details?: readonly SapMessage[],
  ) {
    super(message);
    this.details = details ?? [{ code, message }];
  }
}

const DECODER = '/IWCOR/CX_DS_EP_PROPERTY_ERROR/005056A509B11ED1B9BF9F46AC2E4A44';
const GATEWAY = '/IWBEP/CM_MGW_RT';

export const sapErrors = {
  unknownProperty: (property: string, type: string) =>
    new SapError(400, DECODER, `Property '${property}' is invalid for type '${type}'.`),
  tooLong: (property: string, maxLength: number) =>
    new SapError(
      400,
      '/IWCOR/CX_DS_EDM_FACET_ERROR/005056A509B11ED1BEC5F4C8F61C5A21',
      `Property '${property}' has invalid value: it is longer than MaxLength ${maxLength}.`,
    ),
  unreadable: (property: string) =>
    new SapError(400, 'CX_SXML_PARSE_ERROR/001560AA0E081DEB8CA398CC1690D406', `Failed to read property '${property}'.`),
  malformed: () =>
    new SapError(
      400,
      'CX_SXML_PARSE_ERROR/001560AA0E081DEB8CA398CC1690D406',
      'Error while parsing an XML/JSON stream.',
    ),
  mediaType: (given: string) => new SapError(415, `${GATEWAY}/021`, `The media type '${given}' is not supported.`),
  noSegment: (segment: string) =>
    new SapError(404, '005056A509B11EE1B9A8FEC11C23378E', `Resource not found for the segment '${segment}'.`),
  notFound: (type: string) => new SapError(404, `${GATEWAY}/020`, `Resource not found for segment '${type}'`),
  badOption: (text: string) => new SapError(400, '005056A509B11EE1B9A8FEC11C21578E', text),
  method: (method: string, set: string) =>
    new SapError(405, `${GATEWAY}/022`, `Method '${method}' is not allowed for '${set}'.`),
  precondition: () =>
    new SapError(412, `${GATEWAY}/102`, 'Precondition failed: the entity has been changed since it was read.'),
  unconditional: () =>
    new SapError(
      428,
      `${GATEWAY}/101`,
      "The Data Services Request is required to be conditional. Try using the 'If-Match' header.",
    ),
  business: (messages: readonly SapMessage[]) => {
    const first = messages[0]!;
    return new SapError(400, first.code, first.message, messages);
  },
  locked: (order: string, user: string) =>
    new SapError(400, 'V1/042', `Sales document ${order} is currently being processed by user ${user}.`),
};

/** `20260214093000.1234560`, SAP's UTC long timestamp. */
function longTimestamp(now: Date): string {
  const digits = now.toISOString().replace(/\D/g, '');
  return `${digits.slice(0, 14)}.${digits.slice(14)}0000`;
}

/** The Gateway error document (OData V2 JSON). */
export function errorDocument(error: SapError, now: Date): unknown {
  return {
    error: {
      code: error.code,
      message: { lang: 'en', value: error.message },
      innererror: {
        application: {
          component_id: 'SD-SLS-API',
          service_namespace: '/SAP/',
          service_id: 'API_SALES_ORDER_SRV',
          service_version: '0001',
        },
        transactionid: randomBytes(16).toString('hex').toUpperCase(),
        timestamp: longTimestamp(now),
        Error_Resolution: {
          SAP_Transaction: 'Run transaction /IWFND/ERROR_LOG on SAP Gateway hub system',
          SAP_Note: 'See SAP Note 1797736 for error analysis',
        },
        errordetails: error.details.map((detail) => ({
          ContentID: '',
          code: detail.code,
          message: detail.message,
          propertyref: detail.propertyref ?? '',
          severity: 'error',
          transition: false,
          target: detail.propertyref ?? '',
        })),
      },
    },
  };
}

export function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** The same in XML, which is what a client gets that did not ask for JSON. */
export function errorXml(error: SapError): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?>' +
    '<error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata">' +
    `<code>${escapeXml(error.code)}</code><message xml:lang="en">${escapeXml(error.message)}</message></error>`
  );
}

/** Value of the `sap-message` header: a warning that came with a success. */
export function warningHeader(message: SapMessage): string {
  return JSON.stringify({
    code: message.code,
    message: message.message,
    severity: 'warning',
    target: message.propertyref ?? '',
    transition: false,
    details: [],
  });
}
