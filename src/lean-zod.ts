import { registerHooks } from 'node:module';

/**
 * zod loads its translations, 64 modules and 30 ms, with every start. Messages here are written where the schemas are,
 * so the agent and each script child leave them out. English, the default, is loaded by zod itself.
 */
export function leaveOutTranslations(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const isTranslations = specifier === '../locales/index.js' && context.parentURL?.includes('/node_modules/zod/');
      return isTranslations
        ? { url: 'data:text/javascript,', format: 'module', shortCircuit: true }
        : next(specifier, context);
    },
  });
}
