import { LLMock } from '@copilotkit/aimock';
import { afterEach, describe, expect, test } from 'vitest';
import { clientAt, decision, FLASH, HAIKU, HAIKU_FIRST } from '../support/model-client.ts';

const running: LLMock[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

describe('against aimock, which knows both APIs on its own', () => {
  async function mock(): Promise<LLMock> {
    const server = new LLMock({ port: 0, strict: true });
    await server.start();
    running.push(server);
    return server;
  }

  test.each([
    ['', FLASH, { promptTokenCount: 1000, candidatesTokenCount: 50 }, 0.000_12],
    [HAIKU_FIRST, HAIKU, { input_tokens: 1000, output_tokens: 50 }, 0.000_125],
  ])('route %j', async (yaml, model, usage, cost) => {
    const server = await mock();
    server.onMessage('Notes wait.', { content: JSON.stringify(decision), usage });
    const answer = await clientAt(server.url, { yaml }).generate();
    expect(answer).toMatchObject({
      text: JSON.stringify(decision),
      calls: [{ model_asked: model, outcome: 'ok', cost }],
    });
  });

  test('a question it does not know is an overload at both, and nothing is booked', async () => {
    const server = await mock();
    const answer = await clientAt(server.url).generate();
    expect(answer.calls.map((call) => [call.outcome, call.cost])).toEqual(Array(6).fill(['overload', 0]));
  });
});
