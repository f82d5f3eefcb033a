/** Replaces functions of a built-in module for good: each throws, whether it is called or constructed. */
export function forbid(target: object | null | undefined, names: readonly string[], remedy: string): void {
  if (!target) return;
  for (const name of names) {
    const value = function forbidden() {
      throw new Error(`${name}: ${remedy}`);
    };
    Object.defineProperty(target, name, { value, writable: false, configurable: false });
  }
}
