// Our accounts in SAP's chart of accounts (YCOA) and the company codes that book a currency: the customising that an
// integration must know, in one versioned document.
import type { LedgerAccount } from '../../ledger.policy.js';

export const glPolicy = {
  version: 'gl-2026-1',
  companyCode: '1010',
  documentType: 'SA',
  /** Document type of what credit memos and refunds post. */
  creditType: 'DG',
} as const;

const GL_ACCOUNTS: Readonly<Record<LedgerAccount, string>> = {
  receivable: '12100000', cash: '11002080', bank: '11001000', channelClearing: '12120000', disputes: '12130000',
  inventory: '13600000', supplierClaims: '12140000', customerDeposit: '21190000', customerPayable: '21200000',
  storeCredit: '21210000', deferredRevenue: '21300000', taxPayable: '22000000', revenue: '41000000',
  refunds: '41001000', feeRevenue: '41002000', costOfGoods: '51600000', writeOffs: '52070000',
  disputeLosses: '63004000', paymentFees: '63005000',
};

/** G/L account of ten digits, as SAP keeps it. */
export const glAccountOf = (account: LedgerAccount): string => GL_ACCOUNTS[account].padStart(10, '0');
