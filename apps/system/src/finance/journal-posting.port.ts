// What finance asks of a general ledger, whoever keeps it: post entries once each, and say which of them it has.
export interface PostingEntry {
  /** Journal entry of ours; the ledger keeps a reference made from it. */
  readonly id: string;
  readonly orderId: string;
  readonly kind: string;
  readonly fact: string;
  readonly at: Date;
  readonly legs: readonly { account: string; side: 'debit' | 'credit'; amount: bigint; currency: string }[];
}

/**
 * applied: it has a document; later: not now, e.g. because the period is closed, and nothing was written; rejected:
 * never as it is; uncertain: look it up before it is sent again.
 */
export type PostingAnswer =
  | { readonly outcome: 'applied'; readonly document: string; readonly found?: boolean }
  | { readonly outcome: 'later' | 'rejected' | 'uncertain'; readonly reason: string };

export interface GeneralLedger {
  /** Entries in their order; each is answered for itself. */
  post(entries: readonly PostingEntry[]): Promise<ReadonlyMap<string, PostingAnswer>>;
  /** Documents of those of these entries that the ledger has. @throws when it cannot be asked */
  find(entries: readonly PostingEntry[]): Promise<ReadonlyMap<string, string>>;
}
