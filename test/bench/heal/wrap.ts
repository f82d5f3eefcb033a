import { CODEC } from './codec.ts';
import { leakedNames, mentions, topLevelFunctions } from './scopes.ts';

/** What every version of one case's code is wrapped in, so that nothing but the code itself differs between them. */
export interface Wrapper {
  /** Functions that a test may call. */
  names: readonly string[];
  /** The code as an execution script: called with `calls`, it gives one result each. */
  wrap(source: string): string;
}

/**
 * @param texts every version of the code, the broken one first, so that one wrapper fits all
 * @param tests what may call the functions beside the entry point
 */
export function wrapperFor(options: {
  entryPoint: string;
  texts: readonly string[];
  tests: readonly string[];
}): Wrapper {
  const { entryPoint, texts, tests } = options;
  // The broken version may be no code at all; then the next one tells what there is.
  const functions = texts.map(topLevelFunctions).find((list) => list.length > 0) ?? [];
  const others = functions.filter((name) => tests.some((test) => mentions(test, name)));
  const names = [...new Set([entryPoint, ...others])];
  const leaked = [...new Set(texts.flatMap(leakedNames))];
  const before = [
    IMPORTS,
    ...(leaked.length > 0 ? [`let ${leaked.join(', ')};`] : []),
    ...Object.entries(SHIMS).flatMap(([name, shim]) => (texts.some((text) => lacks(text, name)) ? [shim] : [])),
  ];
  return { names, wrap: (source) => [...before, source, CODEC, script(names)].join('\n') };
}

const lacks = (text: string, name: string): boolean =>
  mentions(text, name) && !new RegExp(`\\b(const|let|var|function|class)\\s+${name}\\b`).test(text);

/** The code has no types, and its authors never promised any. */
const IMPORTS = `// @ts-nocheck
import { z as $z } from 'zod';
import { defineScript as $defineScript } from '../src/script.ts';
`;

/** What a script has and a module has not. One case of the published set requires a package. */
const SHIMS = {
  require: `import { createHash as $createHash } from 'node:crypto';
const require = (name) => {
  if (name !== 'js-md5') throw new Error('there is no ' + name);
  return (text) => $createHash('md5').update(text).digest('hex');
};`,
  module: 'const module = { exports: {} };',
};

/**
 * A call that throws fails the whole script, as it would any script. What is told of a call: its value; with `changes`
 * also what became of its arguments; and in a `trial`, for tests, which make many calls at once and may expect an error,
 * either that or what was thrown, while the log says which call was the last.
 */
const script = (names: readonly string[]): string => `const $functions = { ${names.join(', ')} };
const $call = (name, args) => ({ value: $plain($functions[name](...args)), changes: $plain(args) });
const $trial = (name, args) => {
  try {
    return $call(name, args);
  } catch (error) {
    return { thrown: { name: String(error?.name), message: String(error?.message ?? error) } };
  }
};

export default $defineScript({
  summary: 'Calls functions by name, in order.',
  input: $z.object({
    calls: $z.array($z.object({ name: $z.string(), args: $z.array($z.unknown()) })),
    tell: $z.enum(['value', 'changes', 'trial']).default('value'),
  }),
  output: $z.object({ results: $z.array($z.unknown()) }),
  async run(context, { calls, tell }) {
    const results = [];
    for (const [index, { name, args }] of calls.entries()) {
      if (tell === 'trial') context.log('call ' + index);
      const result = tell === 'trial' ? $trial(name, $revive(args)) : $call(name, $revive(args));
      results.push(tell === 'value' ? result.value : result);
    }
    return { results };
  },
});
`;
