import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, it } from 'mocha';
import { askRegistry, imageAddress } from '../../../src/runtime/docker/registry.ts';

describe('an image’s name', () => {
  const read = (image: string): string => {
    const { host, repository, separator, reference } = imageAddress(image);
    return `${host} ${repository} ${separator}${reference}`;
  };

  it('tells where the image is kept, as engines read it', () => {
    assert.equal(read('postgres'), 'docker.io library/postgres :latest');
    assert.equal(read('citusdata/citus:13.0.3'), 'docker.io citusdata/citus :13.0.3');
    assert.equal(read('docker.io/postgres:17'), 'docker.io library/postgres :17');
    assert.equal(read('localhost/citus:1'), 'localhost citus :1');
    assert.equal(read('127.0.0.1:5000/team/citus'), '127.0.0.1:5000 team/citus :latest');
    assert.equal(read('ghcr.io/a/b/c:x_1.2-3'), 'ghcr.io a/b/c :x_1.2-3');
    assert.equal(read('quay.io/a/b:1@sha256:abc123'), 'quay.io a/b @sha256:abc123');
    assert.equal(read('a/b@sha256:abc123'), 'docker.io a/b @sha256:abc123');
  });
});

describe('a registry', () => {
  let server: http.Server;
  let host: string;

  before(async () => {
    server = http.createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', `http://${host}`);
      const mayRead = request.headers.authorization === 'Bearer open sesame';
      if (pathname === '/token') {
        const scope = searchParams.get('scope');
        const isPublic = searchParams.get('service') === 'test' && scope === 'repository:team/public:pull';
        response.end(JSON.stringify(isPublic ? { token: 'open sesame' } : { access_token: 'of no use' }));
      } else if (pathname === '/v2/team/busy/manifests/1') {
        response.writeHead(429).end();
      } else if (!mayRead) {
        const challenge = `Bearer realm="http://${host}/token",service="test"`;
        response.writeHead(401, { 'www-authenticate': challenge }).end();
      } else {
        const isThere = request.method === 'HEAD' && pathname === '/v2/team/public/manifests/1';
        response.writeHead(isThere ? 200 : 404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    host = `127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is asked with the token that it gives to everybody', async () => {
    assert.equal(await askRegistry(`${host}/team/public:1`), 'there');
    assert.equal(await askRegistry(`${host}/team/public:2`), 'absent');
  });

  it('has no image for us where it wants a login', async () => {
    assert.equal(await askRegistry(`${host}/team/private:1`), 'absent');
  });

  it('may have other reasons', async () => {
    assert.equal(await askRegistry(`${host}/team/busy:1`), 'unknown');
  });

  it('may be out of reach', async () => {
    assert.equal(await askRegistry('127.0.0.1:1/team/public:1'), 'unreachable');
  });
});
