import type { Json } from './json-schema.ts';

/** What an endpoint answers: JSON, or text where another media type was asked for. */
export interface Reply {
  status: number;
  body?: Json;
  text?: string;
  headers?: Record<string, string>;
}

export interface ValidationError {
  resource: string;
  code: string;
  field?: string;
  message?: string;
}

const DOCUMENTATION = 'https://docs.github.com/rest';

/** Factories give plain objects; JSON is what becomes of them on the wire. */
export const ok = (body: object): Reply => ({ status: 200, body: body as Json });
export const created = <Body extends { url: string }>(body: Body): Reply => ({
  status: 201,
  body: body as Json,
  headers: { location: body.url },
});
export const noContent: Reply = { status: 204 };

export const failure = (status: number, message: string, errors?: readonly ValidationError[]): Reply => ({
  status,
  body: {
    message,
    ...(errors && { errors: errors.map((error) => ({ ...error })) }),
    documentation_url: DOCUMENTATION,
    status: String(status),
  },
});

/** Ends the handling of a request with GitHub's words; `replyOf` gives the answer back. */
export function refusal(status: number, message: string, errors?: readonly ValidationError[]): Error {
  return Object.assign(new Error(message), { reply: failure(status, message, errors) });
}

export const notFound = () => refusal(404, 'Not Found');

export const invalid = (error: ValidationError) => refusal(422, 'Validation Failed', [error]);

/** Refuses a text that GitHub has no room for. */
export function limitLength(resource: string, field: string, { text, max }: { text: unknown; max: number }): void {
  if (typeof text !== 'string' || text.length <= max) return;
  const message = `${field} is too long (maximum is ${max} characters)`;
  throw invalid({ resource, code: 'custom', field, message });
}

export function replyOf(error: unknown): Reply | undefined {
  return error instanceof Error && 'reply' in error ? (error.reply as Reply) : undefined;
}
