import { describe, expect, it } from 'vitest';
import { redactExchange } from '../../../src/domain/exchange-redaction.ts';
import type { Exchange } from '../../../src/domain/tape.ts';

type Fetched = Extract<Exchange, { kind: 'fetch' }>;

const plain = (text: string) => text;
function fetched(
  parts: { request?: Partial<Fetched['request']>; response?: Partial<Fetched['response']> } = {},
): Fetched {
  return {
    kind: 'fetch',
    request: { method: 'POST', url: 'https://pds.example/xrpc', headers: {}, body: null, ...parts.request },
    response: { status: 200, headers: {}, body: '', encoding: 'utf8', ...parts.response },
  };
}
const kept = (exchange: Exchange): string => JSON.stringify(redactExchange(exchange, plain));

describe('what a service handed out', () => {
  it('is masked in what comes and in what is sent', () => {
    const token = 'opaque-session-value';
    const text = kept(
      fetched({
        request: { headers: { Authorization: `Bearer ${token}`, 'x-api-key': token, accept: 'application/json' } },
        response: {
          headers: { 'set-cookie': token },
          body: JSON.stringify({ accessJwt: token, refresh_token: token }),
        },
      }),
    );
    expect(text).not.toContain(token);
    expect(text).toContain('"accept":"application/json"');
  });

  it.each(['accessJwt', 'refreshJwt', 'access_token', 'id_token', 'password', 'client_secret', 'apiKey', 'email'])(
    'as %s of a JSON body, of a form and of an address',
    (name) => {
      const json = `{"a":1,"${name}" : "va\\"lue-x","b":2}`;
      expect(kept(fetched({ response: { body: json } }))).not.toContain('lue-x');
      expect(kept(fetched({ request: { body: `a=1&${name}=value-x&b=2` } }))).not.toContain('value-x');
      expect(kept(fetched({ request: { url: `https://a.example/?${name}=value-x&b=2` } }))).not.toContain('value-x');
    },
  );

  it('leaves everything else as it is: a replay needs it', () => {
    const body = '{"next_page_token":"abc","cursor":"x","tokens":12,"password_hint":"none","title":"my token: y"}';
    const exchange = fetched({ request: { body: 'page_token=abc&q=password' }, response: { body } });
    expect(redactExchange(exchange, plain)).toEqual(exchange);
    const bytes = fetched({ response: { encoding: 'base64', body: 'eyJhIjoxfQ==' } });
    expect(redactExchange(bytes, plain)).toEqual(bytes);
    expect(redactExchange({ kind: 'git', args: ['log'], stdout: 'x' }, plain)).toMatchObject({ stdout: 'x' });
  });

  it('twice is as once: what a replay sends is found again', () => {
    const once = redactExchange(fetched({ request: { body: '{"password":"p-1234567"}' } }), plain);
    expect(redactExchange(once, plain)).toEqual(once);
  });
});
