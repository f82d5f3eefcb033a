/** Fits flags as typed on a command line to a script's JSON Schema: `--count 5` becomes the number 5. */

interface PropertySchema {
  type?: string | undefined;
  items?: PropertySchema | undefined;
  anyOf?: PropertySchema[] | undefined;
}

/**
 * Gives each flag the type its schema property asks for, and its property's spelling (`--base-url` for `baseUrl` or
 * `base_url`). What does not fit is passed on as it is: the script's own schema then says what is wrong.
 */
export function fitInput(
  input: Readonly<Record<string, unknown>>,
  schema: { properties?: Record<string, unknown> },
): Record<string, unknown> {
  const properties = schema.properties ?? {};
  const bySpelling = new Map(Object.keys(properties).map((name) => [spelling(name), name]));
  return Object.fromEntries(
    Object.entries(input).map(([flag, value]) => {
      const name = Object.hasOwn(properties, flag) ? flag : (bySpelling.get(spelling(flag)) ?? flag);
      return [name, fitValue(value, (properties[name] ?? {}) as PropertySchema)];
    }),
  );
}

const spelling = (name: string): string => name.replaceAll(/[-_]/g, '').toLowerCase();

function fitValue(value: unknown, schema: PropertySchema): unknown {
  const type = schema.type ?? schema.anyOf?.find((each) => each.type !== 'null')?.type;
  if (type === 'array') return fitList(value, schema.items ?? {});
  if (typeof value !== 'string') return value;
  if (type === 'number' || type === 'integer')
    return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  if (type === 'object') return parsed(value) ?? value;
  return value;
}

function fitList(value: unknown, items: PropertySchema): unknown {
  const list = typeof value === 'string' ? textList(value) : value;
  return Array.isArray(list) ? list.map((item) => fitValue(item, items)) : list;
}

function textList(text: string): unknown {
  if (text.trimStart().startsWith('[')) return parsed(text) ?? text;
  return text === '' ? [] : text.split(',').map((item) => item.trim());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
