// A headless Chromium for the console's stories, and the checks that every page must pass: accessible, no wider than
// the window, nothing thrown.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const CANDIDATES = [process.env.CHROMIUM_PATH ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'];
const BUILT = fileURLToPath(new URL('../../console/index.html', import.meta.url));
/** Works as root and without a network: no sandbox, and nothing that calls home. */
const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PAGE_TIMEOUT_MS = 20_000;

const chromiumPath = CANDIDATES.find((path) => path !== '' && existsSync(path));

/** Why browser stories cannot be told here; false when they can. */
export function whyNot(): string | false {
  if (!chromiumPath) return 'there is no Chromium here: set CHROMIUM_PATH';
  return existsSync(BUILT) ? false : 'the console is not built: npm run build';
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath!, args: FLAGS });
}

/** Opens an address in a window of its own; whatever the page throws fails `errors`. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}) {
  // axe is put into the page by the test, which the console's content security policy rightly forbids.
  const context = await browser.newContext({ bypassCSP: true, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PAGE_TIMEOUT_MS);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, errors, close: () => context.close() };
}

/** What is used of axe's answer. */
interface AxeResults {
  violations: { id: string; nodes: { target: string[] }[] }[];
}

/** @throws AssertionError naming each rule that is broken and where */
export async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>('axe.run(document)');
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  assert.deepEqual(found, [], `${page.url()} is not accessible`);
}

/** Holds a page that has come against all that every page must be. @throws AssertionError saying what it is not */
export async function look(page: Page): Promise<void> {
  await page.waitForFunction('document.querySelector(".mantine-Skeleton-root") === null');
  await assertAccessible(page);
  await assertFitsWindow(page);
}

/** @throws AssertionError when the page can be scrolled sideways */
async function assertFitsWindow(page: Page): Promise<void> {
  const [content, window] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, innerWidth]');
  assert.ok(content <= window, `${page.url()} is ${content} px wide in a window of ${window} px`);
}
