import { onInterrupt } from '../setup/processes.mjs';

/**
 * Opens Chromium without a window, for the editor alone: it calls nobody at home.
 *
 * @param {string} executablePath
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function openBrowser(executablePath) {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-gpu',
      '--disable-quic',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      '--no-first-run',
    ],
    // Playwright would end this process at once, before the rest is tidied up.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  browser.on(
    'disconnected',
    onInterrupt(() => browser.close()),
  );
  return browser;
}
