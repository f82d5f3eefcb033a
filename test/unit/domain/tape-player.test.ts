import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../src/domain/tape.ts';
import { exchangeKind, isEffect, playTape, tapedSecret } from '../../../src/domain/tape-player.ts';

const get = (url: string, body: string, status = 200): Exchange => ({
  kind: 'fetch',
  request: { method: 'GET', url, headers: {}, body: null },
  response: { status, headers: { 'content-type': 'text/plain' }, body, encoding: 'utf8' },
});
const asked = (url: string, init: { method?: string; body?: string } = {}) => ({
  method: init.method ?? 'GET',
  url,
  headers: { date: 'today' },
  body: init.body === undefined ? null : Buffer.from(init.body).toString('base64'),
  redirect: 'follow' as const,
});
const text = (body: string) => Buffer.from(body, 'base64').toString('utf8');

describe('a tape that is played', () => {
  it('answers the same request as it was answered then, whatever its headers say', async () => {
    const player = playTape({ exchanges: [get('https://a.example/x', 'one', 404)] }, []);
    const answer = await player.fetch(asked('https://a.example/x'));
    expect(answer).toMatchObject({
      status: 404,
      url: 'https://a.example/x',
      headers: { 'content-type': 'text/plain' },
    });
    expect(text(answer.body)).toBe('one');
    expect(player.strays).toEqual([]);
  });

  it('gives several answers to one request in their order, and the last one again after that', async () => {
    const player = playTape({ exchanges: [get('https://a.example/x', 'one'), get('https://a.example/x', 'two')] }, []);
    const bodies = [];
    for (let times = 0; times < 3; times++) bodies.push(text((await player.fetch(asked('https://a.example/x'))).body));
    expect(bodies).toEqual(['one', 'two', 'two']);
  });

  it('has no answer for what was never asked, and remembers that', async () => {
    const player = playTape({ exchanges: [get('https://a.example/x', 'one')] }, []);
    await expect(player.fetch(asked('https://b.example/y'))).rejects.toThrow(
      'the tape has no answer for GET b.example',
    );
    await expect(player.fetch(asked('https://a.example/x', { method: 'POST', body: '1' }))).rejects.toThrow(
      'no answer',
    );
    await expect(player.git(['log'])).rejects.toThrow('no answer for git log');
    expect(player.strays).toEqual(['GET b.example', 'POST a.example', 'git log']);
  });

  it('fails as the recorded call failed', async () => {
    const refused: Exchange = {
      kind: 'fetch',
      request: { method: 'GET', url: 'https://a.example/', headers: {}, body: null },
      error: 'fetch failed: ECONNREFUSED',
    };
    await expect(playTape({ exchanges: [refused] }, []).fetch(asked('https://a.example/'))).rejects.toThrow(
      'fetch failed: ECONNREFUSED',
    );
  });

  it('finds a request again whose secret was masked', async () => {
    const player = playTape({ exchanges: [get('https://a.example/x?token=***', 'one')] }, ['A_TOKEN']);
    const answer = await player.fetch(asked(`https://a.example/x?token=${tapedSecret('A_TOKEN')}`));
    expect(text(answer.body)).toBe('one');
  });

  it('goes on behind its end as another call did, by address and whatever is sent, an effect only once', async () => {
    const post = (body: string, answer: string): Exchange => ({
      kind: 'fetch',
      request: { method: 'POST', url: 'https://a.example/posts', headers: {}, body },
      response: { status: 201, headers: {}, body: answer, encoding: 'utf8' },
    });
    const player = playTape(
      { exchanges: [get('https://a.example/x', 'now')] },
      [],
      [get('https://a.example/x', 'then'), get('https://a.example/y', 'why'), post('old', 'made')],
    );
    const said = async (url: string, init = {}) => text((await player.fetch(asked(url, init))).body);
    expect([
      await said('https://a.example/x'),
      await said('https://a.example/y'),
      await said('https://a.example/y'),
    ]).toEqual(['now', 'why', 'why']);
    expect(await said('https://a.example/posts', { method: 'POST', body: 'new' })).toBe('made');
    await expect(said('https://a.example/posts', { method: 'POST', body: 'again' })).rejects.toThrow('no answer');
    expect(player.borrowed).toEqual(['GET a.example', 'GET a.example', 'POST a.example']);
    expect(player.strays).toEqual(['POST a.example']);
  });

  it('gives bytes back that are no text', async () => {
    const image: Exchange = {
      kind: 'fetch',
      request: { method: 'GET', url: 'https://a.example/i', headers: {}, body: null },
      response: { status: 200, headers: {}, body: '/9j/', encoding: 'base64' },
    };
    expect((await playTape({ exchanges: [image] }, []).fetch(asked('https://a.example/i'))).body).toBe('/9j/');
  });

  it('answers git, models and the forge', async () => {
    const player = playTape(
      {
        exchanges: [
          { kind: 'git', args: ['ls-files'], stdout: 'a\nb\n' },
          { kind: 'generate', task: 'social_posts', prompt: 'say hi', answer: { generated: 'hi', model: 'm' } },
          { kind: 'forge', operation: 'issues.list', params: {}, answer: { value: [] } },
        ],
      },
      [],
    );
    expect(await player.git(['ls-files'])).toBe('a\nb\n');
    expect(await player.generate({ task: 'social_posts', prompt: 'say hi' })).toEqual({ generated: 'hi', model: 'm' });
    expect(await player.forge({ operation: 'issues.list', params: {} })).toEqual({ value: [] });
  });
});

describe('the kind of a call', () => {
  it.each<[Exchange, string, boolean]>([
    [get('https://a.example:8080/x?y=1', ''), 'GET a.example:8080', false],
    [
      {
        ...get('https://a.example/x', ''),
        request: { method: 'POST', url: 'https://a.example/x', headers: {}, body: '1' },
      } as Exchange,
      'POST a.example',
      true,
    ],
    [{ kind: 'git', args: ['log', '-1'] }, 'git log', false],
    [{ kind: 'forge', operation: 'issues.upsert', params: {} }, 'forge issues.upsert', true],
    [{ kind: 'forge', operation: 'issues.list', params: {} }, 'forge issues.list', false],
    [{ kind: 'generate', task: 'engagement', prompt: 'x' }, 'generate engagement', false],
  ])('%#: %j', (exchange, kind, effect) => {
    expect([exchangeKind(exchange), isEffect(exchange)]).toEqual([kind, effect]);
  });
});
