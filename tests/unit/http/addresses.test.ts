import http from 'node:http';
import { createAgents } from '../../../server/src/http/agents';

/** Whether a connection is refused before it is made, and why. Nothing listens at these ports. */
const attempt = (url: string, more: http.RequestOptions = {}) =>
  new Promise<string>((resolve) => {
    const agents = createAgents({ allowPrivateAddresses: false });
    const { hostname, port } = new URL(url);
    const request = http.get({
      host: hostname.replace(/^\[|\]$/g, ''),
      port,
      path: '/',
      agent: agents.for(url).httpAgent,
      timeout: 2_000,
      ...more,
    });
    request.on('error', (error) => {
      agents.destroy();
      resolve(error.message);
    });
    request.on('response', () => {
      request.destroy();
      resolve('answered');
    });
  });

const REFUSED = /is not allowed\. Because,? It is (private|meta)/;

describe('a site’s address', () => {
  it.each([
    ['this machine', '127.0.0.1'],
    ['this machine by its name', 'localhost'],
    ['this machine in other numbers', '2130706433'],
    ['this machine in IPv6', '[::1]'],
    ['no address', '0.0.0.0'],
    ['no address in IPv6', '[::]'],
    ['a private network', '10.0.0.1'],
    ['another private network', '192.168.1.1'],
    ['a third one', '172.16.0.1'],
    ['the cloud’s metadata', '169.254.169.254'],
    ['a provider’s network', '100.64.0.1'],
    ['IPv4 mapped into IPv6', '[::ffff:127.0.0.1]'],
    ['IPv4 mapped into IPv6, in hex', '[::ffff:a9fe:a9fe]'],
    ['IPv4 behind NAT64', '[64:ff9b::7f00:1]'],
    ['6to4', '[2002:7f00:1::]'],
    ['a local network in IPv6', '[fd00::1]'],
    ['a link in IPv6', '[fe80::1]'],
    ['multicast', '224.0.0.1'],
  ])('is not called where it is %s', async (_what, host) => {
    expect(await attempt(`http://${host}:9/`)).toMatch(REFUSED);
  });

  it('is judged by what its name resolves to at the moment of the connection', async () => {
    const answers = ['93.184.215.14', '127.0.0.1'];
    const asked: string[] = [];
    // The address that is connected to is the one that was judged: there is no second look-up between.
    const lookup = (name: string, options: { all?: boolean }, done: (...given: unknown[]) => void) => {
      asked.push(name);
      const address = answers[asked.length]!;
      if (options.all) done(null, [{ address, family: 4 }]);
      else done(null, address, 4);
    };
    expect(await attempt('http://rebinding.example:9/', { lookup: lookup as never })).toMatch(REFUSED);
    expect(asked).toEqual(['rebinding.example']);
  });

  it('is not called where one of several addresses of its name is private', async () => {
    const lookup = (_name: string, _options: object, done: (...given: unknown[]) => void) =>
      done(null, [
        { address: '93.184.215.14', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ]);
    expect(await attempt('http://both.example:9/', { lookup: lookup as never })).toMatch(REFUSED);
  });
});
