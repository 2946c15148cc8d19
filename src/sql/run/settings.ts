import * as v from 'valibot';
import type { Session } from '../../postgres/session.ts';

const Setting = v.object({ name: v.string(), value: v.nullable(v.string()) });

/**
 * Gives a session the settings that were changed in another one (`search_path`, `TimeZone`, the role …), so that a
 * statement means the same in both.
 * @throws ServerError where a setting can't be set, ConnectionError
 */
export const copySettings = async (from: Session, to: Session): Promise<void> => {
  // pg_settings leaves out those that SQL itself has made up, such as app.tenant, and who one is. That comes last, since the
  // others may need the rights of the user who connected, and the role after the user, because that resets it.
  const settings = await from.query(
    Setting,
    `SELECT name, pg_catalog.current_setting(name) AS value FROM pg_catalog.pg_settings WHERE source = 'session'
     UNION ALL SELECT name, pg_catalog.current_setting(name, true) FROM pg_catalog.unnest($1::text[]) AS name
     UNION ALL SELECT 'session_authorization', pg_catalog.current_setting('session_authorization')
     UNION ALL SELECT 'role', pg_catalog.current_setting('role')`,
    [[...from.ownSettings]],
  );
  for (const { name, value } of settings) {
    if (value !== null) await to.run('SELECT pg_catalog.set_config($1, $2, false)', [name, value]);
  }
};
