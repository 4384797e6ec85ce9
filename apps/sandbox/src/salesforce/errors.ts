/*
 * Errors as Salesforce phrases them: an array of `{message, errorCode, fields?}` on a single call, and
 * `{statusCode, message, fields}` inside the result of a collection row.
 * Source: developer.salesforce.com, REST API guide, "Status codes and error responses".
 */
export class SalesforceError extends Error {
  constructor(
    readonly status: number,
    readonly errorCode: string,
    message: string,
    readonly fields?: readonly string[],
  ) {
    super(message);
  }

  /** The body of a failed call. */
  get body(): object[] {
    const { message, errorCode, fields } = this;
    return [fields ? { message, errorCode, fields } : { message, errorCode }];
  }

  /** The result of a failed row in a collection. */
  get row(): FailedRow {
    const { message, errorCode: statusCode, fields = [] } = this;
    return { success: false, errors: [{ statusCode, message, fields }] };
  }
}

export interface FailedRow {
  id?: string;
  success: false;
  errors: { statusCode: string; message: string; fields: readonly string[] }[];
}

export function notFound(message = 'The requested resource does not exist'): SalesforceError {
  return new SalesforceError(404, 'NOT_FOUND', message);
}

export function invalid(errorCode: string, message: string, fields?: readonly string[]): SalesforceError {
  return new SalesforceError(400, errorCode, message, fields);
}
