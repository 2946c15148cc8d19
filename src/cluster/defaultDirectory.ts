import os from 'node:os';
import path from 'node:path';

const NAME = 'citus-multi-coordinator';

/**
 * Folder of new clusters where the user named none: where the platform keeps a user's data, and for root
 * a place that the servers' user can reach, which root's home isn't.
 */
export const defaultDirectory = (): string => {
  if (process.getuid?.() === 0) return path.join('/var/lib', NAME);
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Application Support', NAME);
  return path.join(process.env['XDG_DATA_HOME'] ?? path.join(os.homedir(), '.local', 'share'), NAME);
};

/**
 * Folder for a downloaded PostgreSQL.
 * @param own a folder of ours, which another account may not be able to enter
 */
export const downloadDirectory = (own: string): string =>
  path.join(process.getuid?.() === 0 ? defaultDirectory() : own, 'postgresql');
