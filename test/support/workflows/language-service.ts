import { registerHooks } from 'node:module';
import { TextDocument } from 'vscode-languageserver-textdocument';

type LanguageService = typeof import('@actions/languageservice');

/** GitHub's own opinion of a workflow's text, a line each: what its editor underlines. */
export async function judgeByGitHub(file: string, text: string): Promise<string[]> {
  const { validate, registerLogger } = await openLanguageService();
  const broken: string[] = [];
  // It logs what it stumbles over and then finds nothing.
  const note = (message: string) => void broken.push(message);
  registerLogger({ error: note, warn: note, info: () => {}, log: () => {} });
  // It keeps what it parsed by address: each text has one of its own.
  const address = `file:///${crypto.randomUUID()}/.github/workflows/${file}`;
  const found = await validate(TextDocument.create(address, 'yaml', 1, text));
  return [...broken, ...found.map(({ message, range }) => `${file}:${range.start.line + 1} ${message}`)];
}

/** The package imports its JSON as bundlers do; Node asks for an attribute, which is added while it loads. */
async function openLanguageService(): Promise<LanguageService> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context);
      return specifier.endsWith('.json') ? { ...resolved, importAttributes: { type: 'json' } } : resolved;
    },
  });
  try {
    return await import('@actions/languageservice');
  } finally {
    hooks.deregister();
  }
}
