// PostgreSQL refuses to run as root, so root must lend it an account that can read the programs and reach the data;
// this file picks that account and says plainly what stands in the way.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';

/** The account PostgreSQL runs under; `undefined` means our own. */
export interface Account { name: string; uid: number; gid: number }

const ACCOUNT = 'postgres';
const PROBE_TIMEOUT_MS = 10_000;

const run = (program: string, args: string[], account?: Account) => spawnSync(program, args, {
  encoding: 'utf8', timeout: PROBE_TIMEOUT_MS, uid: account?.uid, gid: account?.gid, cwd: '/',
});

/** For root the account `postgres`, created when missing; for everyone else undefined. */
export function chooseAccount(log: (text: string) => void): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const known = lookUp();
  if (known !== undefined) return known;
  log(`Creating the system user ${ACCOUNT}, because PostgreSQL does not run as root`);
  const made = [
    ['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/bin/false', ACCOUNT],
    ['adduser', '-S', '-D', '-H', ACCOUNT],
  ].some(([program, ...args]) => run(program!, args).status === 0);
  const account = made ? lookUp() : undefined;
  if (account === undefined) {
    throw new Error(`PostgreSQL does not run as root, and the system user ${ACCOUNT} could not be created. Create it `
      + `(useradd --system ${ACCOUNT}), start as an ordinary user, or set DATABASE_URL to a PostgreSQL of yours.`);
  }
  return account;
}

function lookUp(): Account | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => run('id', [flag, ACCOUNT]));
  if (uid!.status !== 0 || gid!.status !== 0) return undefined;
  return { name: ACCOUNT, uid: Number(uid!.stdout), gid: Number(gid!.stdout) };
}

/** Throws when the account cannot enter the folder that holds the data, or read and run the programs. */
export function checkReach(account: Account | undefined, dataDir: string, program: string): void {
  if (account === undefined) return;
  const reaches = (flag: string, path: string) => run('test', [flag, path], account).status === 0;
  const parent = dirname(dataDir);
  if (!reaches('-x', parent)) {
    throw new Error(`PostgreSQL runs as user ${account.name}, who cannot enter ${parent} `
      + `(${blocker(parent, reaches)} is closed to others). Set DATA_DIR to a folder outside it, `
      + 'e.g. DATA_DIR=/var/lib/throughline, or start as an ordinary user.');
  }
  if (!reaches('-x', program)) {
    throw new Error(`PostgreSQL runs as user ${account.name}, who cannot run ${program} `
      + `(${blocker(dirname(program), reaches)} is closed to others). Put the project in a folder others may enter, `
      + 'e.g. /opt/throughline, or set DATABASE_URL to a PostgreSQL of yours.');
  }
}

function blocker(path: string, reaches: (flag: string, path: string) => boolean): string {
  const parent = dirname(path);
  return parent === path || reaches('-x', parent) ? path : blocker(parent, reaches);
}

let deathSignal: boolean | undefined;

/** True where util-linux `setpriv` can tie a child's life to ours (Linux; busybox has a setpriv that cannot). */
export function canTieLife(): boolean {
  deathSignal ??= run('setpriv', ['--help']).stdout?.includes('--pdeathsig') ?? false;
  return deathSignal;
}

/** The command line that runs `program` under the account and, where possible, stops it when this process dies. */
export function commandLine(account: Account | undefined, program: string, args: string[]) {
  const options = { cwd: '/', uid: account?.uid, gid: account?.gid };
  if (!canTieLife()) return { program, args, options };
  const identity = account === undefined
    ? [] : [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  // SIGINT asks PostgreSQL for a fast, clean shutdown.
  const wrapped = ['--pdeathsig', 'INT', ...identity, '--', program, ...args];
  return { program: 'setpriv', args: wrapped, options: { cwd: '/' } };
}
