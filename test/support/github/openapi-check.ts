import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { isObject, type Json, type JsonObject, withoutNullable } from './json-schema.ts';

/**
 * Checks exchanges against GitHub's own description of its API (test/fixtures/github-openapi.json). Every answer is a
 * list of what is wrong, empty when nothing is. Validators are compiled when first needed and kept by ajv.
 */
const slice: JsonObject = JSON.parse(
  readFileSync(new URL('../../fixtures/github-openapi.json', import.meta.url), 'utf8'),
);
const ajv = openAjv();

export interface Operation {
  method: string;
  /** With its placeholders, as in the description: `/repos/{owner}/{repo}/issues`. */
  path: string;
}

/** All operations of the slice, for example `GET /user`. */
export function operationNames(): string[] {
  const paths = Object.entries(objectAt('paths'));
  return paths.flatMap(([path, methods]) =>
    Object.keys(isObject(methods) ? methods : {}).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

/** Path and query parameters: each value fits its schema, and no query parameter is unknown. */
export function checkParameters(operation: Operation, path: JsonObject, query: JsonObject): string[] {
  const described = parametersOf(operation);
  const given = [...entriesOf('path', path), ...entriesOf('query', query)];
  return given.flatMap(({ place, name, text }) => {
    const found = described.find((each) => each.in === place && each.name === name);
    if (!found) return [`${place} ${name}: GitHub knows no such parameter`];
    // The description says date-time; its prose links to the search syntax, `>=2026-01-01` or `a..b`.
    if (name === 'created') return [];
    const validate = validatorAt([...found.pointer, 'schema']);
    return validate(text) || validate(coerced(text)) ? [] : problems(`${place} ${name}`, validate);
  });
}

/**
 * A request's body: it fits the schema, is there when it must be, and has no property that GitHub would ignore, since
 * a typing error would pass for an option.
 */
export function checkBody(operation: Operation, body: Json | undefined): string[] {
  const place = [...operationPointer(operation), 'requestBody'];
  const described = lookUp(place);
  if (!isObject(described)) return body === undefined ? [] : ['body: GitHub takes none here'];
  if (body === undefined) return described.required === true ? ['body: missing'] : [];
  const pointer = [...place, 'content', 'application/json', 'schema'];
  const validate = validatorAt(pointer);
  if (!validate(body)) return problems('body', validate);
  const known = propertyNames(lookUp(pointer));
  const strange = isObject(body) ? Object.keys(body).filter((name) => !known.has(name)) : [];
  return strange.map((name) => `body ${name}: GitHub knows no such property`);
}

/** A response of success: its status is described, and its JSON fits. */
export function checkResponse(operation: Operation, status: number, body: Json | undefined): string[] {
  const place = [...operationPointer(operation), 'responses', String(status)];
  const described = lookUp(place);
  if (!isObject(described)) return [`status ${status}: GitHub does not answer so`];
  const pointer = [...place, 'content', 'application/json', 'schema'];
  if (lookUp(pointer) === undefined) return body === undefined ? [] : ['body: GitHub sends none here'];
  const validate = validatorAt(pointer);
  return validate(body) ? [] : problems('body', validate);
}

function openAjv(): Ajv {
  const opened = new Ajv({ strict: false, allErrors: true, validateSchema: false });
  formats.default(opened);
  // GitHub itself sends `41898282+github-actions[bot]@users.noreply.github.com`, which no e-mail grammar allows.
  opened.addFormat('email', true);
  opened.addFormat('repo.nwo', /^[\w.-]+\/[\w.-]+$/);
  return opened.addSchema(withoutNullable(slice) as JsonObject, 'github');
}

/** ajv keeps what it compiled under the same reference. */
function validatorAt(pointer: readonly string[]): ValidateFunction {
  const escaped = pointer.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')));
  const validate = ajv.getSchema(`github#/${escaped.join('/')}`);
  if (!validate) throw new Error(`The OpenAPI slice has nothing at ${pointer.join(' ')}.`);
  return validate;
}

function problems(place: string, { errors }: ValidateFunction): string[] {
  const say = ({ instancePath, message = '', params }: ErrorObject) =>
    `${place}${instancePath} ${message} ${'allowedValues' in params ? JSON.stringify(params.allowedValues) : ''}`.trim();
  return [...new Set((errors ?? []).map(say))].slice(0, 10);
}

interface Parameter {
  in: Json | undefined;
  name: Json | undefined;
  pointer: string[];
}

function parametersOf(operation: Operation): Parameter[] {
  const place = [...operationPointer(operation), 'parameters'];
  const listed = lookUp(place);
  if (!Array.isArray(listed)) throw new Error(`The OpenAPI slice lacks ${operation.method} ${operation.path}.`);
  return listed.flatMap((item, index) => {
    if (!isObject(item)) return [];
    const pointer = typeof item.$ref === 'string' ? item.$ref.split('/').slice(1) : [...place, String(index)];
    const parameter = objectAt(...pointer);
    return [{ in: parameter.in, name: parameter.name, pointer }];
  });
}

const entriesOf = (place: string, values: JsonObject) =>
  Object.entries(values).map(([name, value]) => ({ place, name, text: String(value) }));

/** A parameter travels as text; its schema may ask for a number or a boolean. */
function coerced(text: string): Json {
  if (/^-?\d+$/.test(text)) return Number(text);
  return text === 'true' || text === 'false' ? text === 'true' : text;
}

function propertyNames(schema: Json | undefined): Set<string> {
  if (!isObject(schema)) return new Set();
  if (typeof schema.$ref === 'string') return propertyNames(lookUp(schema.$ref.split('/').slice(1)));
  const parts = ['oneOf', 'anyOf', 'allOf'].flatMap((key) => schema[key] ?? []);
  const inner = parts.flatMap((part) => [...propertyNames(part)]);
  return new Set([...Object.keys(isObject(schema.properties) ? schema.properties : {}), ...inner]);
}

const operationPointer = ({ method, path }: Operation) => ['paths', path, method.toLowerCase()];

function lookUp(pointer: readonly string[]): Json | undefined {
  return pointer.reduce<Json | undefined>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)];
    return isObject(value) ? value[key] : undefined;
  }, slice);
}

function objectAt(...pointer: string[]): JsonObject {
  const found = lookUp(pointer);
  if (!isObject(found)) throw new Error(`The OpenAPI slice has no object at ${pointer.join(' ')}.`);
  return found;
}
