// The migrations of schema `finance`, oldest first, for the catalog and for tests.
import { Finance1700000000620 } from './1700000000620-finance.js';
import { MoneyAfterSale1700000003620 } from './1700000003620-money-after-sale.js';

export const financeMigrations = [Finance1700000000620, MoneyAfterSale1700000003620];
