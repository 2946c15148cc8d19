import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostConfig } from '../../scripts/testing/host-suite.mjs';

/** What the runner tells the tests; it lies beside their bundle. */
export const config = JSON.parse(readFileSync(join(__dirname, 'config.json'), 'utf8')) as HostConfig;
