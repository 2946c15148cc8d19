import { canInstallPackages, installPackages } from './debian.mjs';
import { isExecutable, which } from './processes.mjs';
import { Unavailable } from './progress.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macOsApplications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * Finds a Chromium or Chrome, and installs Debian's where that is possible.
 *
 * @returns {Promise<string>} path of the executable
 * @throws {Unavailable} when there is none
 */
export async function ensureChromium() {
  const found = await findChromium();
  if (found !== undefined) return found;
  if (await canInstallPackages()) {
    await installPackages('chromium');
    const installed = await findChromium();
    if (installed !== undefined) return installed;
  }
  throw new Unavailable('Chromium is not installed (install it, or set CHROME_PATH to a Chrome or Chromium)');
}

async function findChromium() {
  const { CHROME_PATH } = process.env;
  if (CHROME_PATH) {
    if (await isExecutable(CHROME_PATH)) return CHROME_PATH;
    throw new Unavailable(`CHROME_PATH is set to ${CHROME_PATH}, which can't be run`);
  }
  for (const name of names) {
    const file = await which(name);
    if (file !== undefined) return file;
  }
  for (const file of macOsApplications) if (await isExecutable(file)) return file;
  return undefined;
}
