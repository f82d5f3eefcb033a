import {
  type GenerationConfig,
  GoogleGenerativeAI,
  GoogleGenerativeAIAbortError,
  GoogleGenerativeAIError,
  GoogleGenerativeAIFetchError,
  type ResponseSchema,
  SchemaType,
} from '@google/generative-ai';
import { z } from 'zod';
import { abilitiesOf, type Thinking } from './abilities.ts';
import { readGeminiError, readGeminiReply } from './gemini-reply.ts';
import {
  callFailure,
  failureOf,
  type Vendor,
  type VendorAccess,
  type VendorFailure,
  type VendorRequest,
  type VendorResult,
} from './vendor.ts';

const DEFAULT_BASE_URL = 'https://generativelanguage.googleapis.com';

/** The Gemini API through Google's SDK. The key travels in a header, never in the address. */
export function createGemini({ key, baseUrl }: VendorAccess): Vendor {
  const api = new GoogleGenerativeAI(key);
  const place = baseUrl ? { baseUrl: baseUrl.replace(/\/+$/, '') } : {};
  return {
    async ask(request) {
      const unsupported: string[] = [];
      const generationConfig = toConfig(request, unsupported);
      if (unsupported.length > 0)
        return callFailure('bad_request', `Gemini has no word for ${unsupported.join(', ')} in the answer's schema`);
      const { model, system } = request;
      return call(api.getGenerativeModel({ model, systemInstruction: system, generationConfig }, place), request);
    },
    checkKey: (signal) => listModels(key, place.baseUrl ?? DEFAULT_BASE_URL, signal),
  };
}

/** A request's settings, with nothing among them that the model refuses. The SDK passes on what its types do not know. */
function toConfig(
  { model, schema, maxOutputTokens, temperature, thinking }: VendorRequest,
  unsupported: string[],
): GenerationConfig & { thinkingConfig?: { thinkingBudget: number } | { thinkingLevel: string } } {
  const abilities = abilitiesOf(model);
  return {
    maxOutputTokens,
    ...(schema ? { responseMimeType: 'application/json', responseSchema: toGeminiSchema(schema, unsupported) } : {}),
    ...(temperature !== undefined && abilities?.temperature ? { temperature } : {}),
    ...thinkingConfig(abilities?.thinking, thinking),
  };
}

function thinkingConfig(how: Thinking | undefined, isOn: boolean) {
  if (how?.kind === 'budget') return { thinkingConfig: { thinkingBudget: isOn ? how.on : how.off } };
  return how?.kind === 'level' ? { thinkingConfig: { thinkingLevel: isOn ? how.on : how.off } } : {};
}

type Model = ReturnType<GoogleGenerativeAI['getGenerativeModel']>;

async function call(model: Model, { user, model: asked, signal }: VendorRequest): Promise<VendorResult> {
  try {
    const contents = [{ role: 'user', parts: [{ text: user }] }];
    const { response } = await model.generateContent({ contents }, { signal });
    return readGeminiReply(response, asked);
  } catch (error) {
    return mapGeminiError(error, signal);
  }
}

const ErrorBody = z.object({ error: z.object({ message: z.string(), details: z.unknown().optional() }) });

/** The SDK has no call for it. */
async function listModels(key: string, baseUrl: string, signal: AbortSignal): Promise<VendorFailure | undefined> {
  try {
    // The key goes to this host and to no other.
    const options = { headers: { 'x-goog-api-key': key }, redirect: 'error' as const, signal };
    const response = await fetch(`${baseUrl}/v1beta/models?pageSize=1`, options);
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok) return undefined;
    const { error } = ErrorBody.safeParse(body).data ?? { error: { message: `HTTP ${response.status}`, details: [] } };
    return failureOf(readGeminiError(response.status, error.message, error.details));
  } catch (error) {
    return failureOf(
      signal.aborted ? callFailure('timeout', 'no answer in time') : callFailure('network', causeOf(error)),
    );
  }
}

/** `fetch failed` says nothing; its cause (ECONNREFUSED, ENOTFOUND) does. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** Maps what the SDK throws. Once headers have come the call may be billed, even if its body never arrives whole. */
export function mapGeminiError(error: unknown, signal: AbortSignal): VendorResult {
  const message = error instanceof Error ? error.message : String(error);
  if (signal.aborted || error instanceof GoogleGenerativeAIAbortError)
    return callFailure('timeout', 'no answer in time', { used: 'unknown' });
  if (error instanceof GoogleGenerativeAIFetchError) return readGeminiError(error.status, message, error.errorDetails);
  if (error instanceof SyntaxError)
    return callFailure('server', 'the response is not JSON', { isRetryable: true, used: 'unknown' });
  if (error instanceof GoogleGenerativeAIError) return callFailure('network', message, { isRetryable: true });
  return callFailure('network', message, { isRetryable: true, used: 'unknown' });
}

const SchemaNode = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  const: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.looseObject({ type: z.string().optional() })).optional(),
});
type SchemaNode = z.infer<typeof SchemaNode>;

/** JSON Schema -> Gemini's dialect: no additionalProperties, enumerations marked, null as a flag. What it can not say is added to `unsupported`. */
export function toGeminiSchema(schema: unknown, unsupported: string[]): ResponseSchema {
  const parsed = SchemaNode.safeParse(schema);
  if (!parsed.success) {
    const shown = typeof schema === 'object' ? JSON.stringify(schema).slice(0, 60) : 'a list without one kind of items';
    unsupported.push(shown);
    return { type: SchemaType.STRING };
  }
  const node = parsed.data;
  const described = node.description === undefined ? {} : { description: node.description };
  return { ...toGeminiNode(node, unsupported), ...described };
}

function toGeminiNode(node: SchemaNode, unsupported: string[]): ResponseSchema {
  const forms = Array.isArray(node.type) ? node.type.map((type) => ({ ...node, type })) : node.anyOf;
  const others = forms?.filter((each) => each.type !== 'null');
  const [other] = others ?? [];
  if (other && others?.length === 1) return { ...toGeminiSchema(other, unsupported), nullable: true };
  switch (node.type) {
    case 'object':
      return toGeminiObject(node, unsupported);
    case 'array':
      return { type: SchemaType.ARRAY, items: toGeminiSchema(node.items, unsupported) };
    case 'string':
      return toGeminiString(node);
    case 'integer':
      return { type: SchemaType.INTEGER };
    case 'number':
      return { type: SchemaType.NUMBER };
    case 'boolean':
      return { type: SchemaType.BOOLEAN };
    default:
      unsupported.push(
        node.type
          ? `type ${[node.type].flat().join(' or ')}`
          : Object.keys(node).join(' with ') || 'a value of any type',
      );
      return { type: SchemaType.STRING };
  }
}

function toGeminiObject({ properties, required }: SchemaNode, unsupported: string[]): ResponseSchema {
  const entries = Object.entries(properties ?? {});
  if (entries.length === 0) unsupported.push('an object without properties');
  return {
    type: SchemaType.OBJECT,
    properties: Object.fromEntries(entries.map(([name, inner]) => [name, toGeminiSchema(inner, unsupported)])),
    required: required ?? [],
  };
}

function toGeminiString(node: SchemaNode): ResponseSchema {
  const values = node.const === undefined ? node.enum : [node.const];
  return values ? { type: SchemaType.STRING, format: 'enum', enum: values } : { type: SchemaType.STRING };
}
