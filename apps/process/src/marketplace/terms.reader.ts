// What was agreed with a partner: the version in force, and the next one.
import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Problem, problems, type PartnerTerms, type PartnerTermsVersion } from '#contracts';
import { Database } from '#database';
import { USUAL_TERMS } from './partner-terms.policy.js';

interface TermsRow {
  readonly version: number;
  readonly document: PartnerTerms;
  readonly setBy: string;
  readonly setAt: Date;
}

const COLUMNS = 'version, document, set_by as "setBy", set_at as "setAt"';
const CURRENT = `select ${COLUMNS} from marketplace.terms where partner = $1 order by version desc limit 1`;
const NEXT = `
  insert into marketplace.terms (partner, version, document, set_by) values ($1, $2, $3, $4)
  on conflict (partner, version) do nothing returning ${COLUMNS}`;

@Injectable()
export class TermsReader {
  constructor(private readonly database: Database) {}

  async current(partner: string): Promise<PartnerTermsVersion> {
    const [row] = await this.database.query<TermsRow>(CURRENT, [partner]);
    return row ? shown(partner, row) : { partner, version: 0, terms: USUAL_TERMS };
  }

  /** @throws Problem state-conflict when somebody else has agreed on others at the same moment */
  async agree(partner: string, terms: PartnerTerms, by: string): Promise<PartnerTermsVersion> {
    const document = JSON.parse(JSON.stringify(terms)) as PartnerTerms;
    const before = await this.current(partner);
    if (before.version > 0 && isDeepStrictEqual(before.terms, document)) return before;
    const values = [partner, before.version + 1, JSON.stringify(document), by];
    const [row] = await this.database.query<TermsRow>(NEXT, values);
    if (row) return shown(partner, row);
    throw new Problem(problems.stateConflict, { detail: `Terms of ${partner} have just been changed: read them.` });
  }
}

function shown(partner: string, { version, document, setBy, setAt }: TermsRow): PartnerTermsVersion {
  return { partner, version, terms: document, setBy, setAt: setAt.toISOString() };
}
