import assert from 'node:assert/strict';
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, it } from 'mocha';
import { configuration } from '../../../src/postgres/configuration.ts';
import { quoteIdentifier, quoteLiteral } from '../../../src/postgres/identifier.ts';
import { formatPassfile, passwordFrom } from '../../../src/postgres/passfile.ts';
import { scramVerifier } from '../../../src/postgres/scram.ts';
import { initdb } from '../../../src/postgres/serverCommands.ts';

describe('formats that PostgreSQL reads', () => {
  const login = { host: '127.0.0.1', port: 5432, user: 'we:ird\\' };

  it('a passfile gives back what was put in, whatever characters it has', () => {
    const text = formatPassfile([
      { ...login, password: 'a:b\\c' },
      { ...login, port: 5433, password: 'other' },
    ]);
    assert.equal(text, '127.0.0.1:5432:*:we\\:ird\\\\:a\\:b\\\\c\n127.0.0.1:5433:*:we\\:ird\\\\:other\n');
    assert.equal(passwordFrom(text, login), 'a:b\\c');
    assert.equal(passwordFrom(text, { ...login, port: 5434 }), undefined);
  });

  it('names and texts are quoted', () => {
    assert.equal(quoteIdentifier('a"b'), '"a""b"');
    assert.equal(quoteLiteral("it's"), "'it''s'");
    assert.equal(quoteLiteral("\\'"), "E'\\\\'''");
  });

  it('a SCRAM verifier proves the password and doesn’t contain it', () => {
    const verifier = scramVerifier('secret');
    const [, iterations, salt, storedKey, serverKey] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/.exec(
      verifier,
    )!;
    const salted = pbkdf2Sync('secret', Buffer.from(salt!, 'base64'), Number(iterations), 32, 'sha256');
    const clientKey = createHmac('sha256', salted).update('Client Key').digest();
    assert.equal(storedKey, createHash('sha256').update(clientKey).digest('base64'));
    assert.equal(serverKey, createHmac('sha256', salted).update('Server Key').digest('base64'));
    assert.notEqual(scramVerifier('secret'), verifier);
  });

  it('a configuration listens where it is told, has what the sharding needs, and leaves out sockets that can’t be', () => {
    const settings = {
      clusterName: 'n',
      listenAddresses: '127.0.0.1',
      port: 5432,
      socketFolder: '/c/run',
      more: { shared_preload_libraries: 'citus' },
    };
    const text = configuration(settings);
    assert.match(text, /^listen_addresses = '127\.0\.0\.1'/m);
    assert.match(text, /^shared_preload_libraries = 'citus'/m);
    assert.match(text, /^unix_socket_directories = '\/c\/run'/m);
    assert.match(
      configuration({ ...settings, socketFolder: `/${'x'.repeat(120)}` }),
      /^unix_socket_directories = ''/m,
    );
    assert.match(
      configuration({ ...settings, socketFolder: "/it's" }),
      /^unix_socket_directories = '\/it''s'/m,
    );
  });

  it('no command has a secret among its arguments', () => {
    assert.deepEqual(
      initdb('/d', 'postgres', '/f').args.filter((argument) => argument.includes('pw')),
      ['--pwfile=/f'],
    );
  });
});
