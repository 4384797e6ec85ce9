// Failures as the house tells them (RFC 9457 problem documents), and the one it cannot tell: that it does not answer.

export interface FieldProblem {
  pointer?: string;
  parameter?: string;
  detail: string;
}

export class ProblemError extends Error {
  constructor(
    readonly title: string,
    readonly detail: string,
    readonly status: number,
    readonly errors: readonly FieldProblem[] = [],
  ) {
    super(`${title}: ${detail}`);
  }

  static of(document: unknown, status: number): ProblemError {
    const { title, detail, errors } = (document ?? {}) as Partial<ProblemError>;
    return new ProblemError(title ?? `HTTP ${status}`, detail ?? 'The answer says no more.', status, errors);
  }

  static unreachable(cause: unknown): ProblemError {
    const late = cause instanceof DOMException && cause.name === 'TimeoutError';
    return new ProblemError('Throughline does not answer',
      late ? 'The request took too long.' : 'Is it running? The console goes on by itself once it answers.', 0);
  }
}
