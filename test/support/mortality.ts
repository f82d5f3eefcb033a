/** The process was killed: nothing it would do afterwards happens either. */
export class Killed extends Error {}

/**
 * Gives objects a common death at the `point`-th moment: each call to one of their methods has two, just before it acts
 * and just after it acted but before anybody learns of it. From then on every call dies, `finally` blocks included, as
 * in a killed process.
 */
export function mortality(point: number): <T extends object>(target: T) => T {
  const life = { moments: 0, isDead: false };
  const tick = () => {
    life.moments++;
    if (life.moments === point) life.isDead = true;
    if (life.isDead) throw new Killed();
  };
  return (target) =>
    new Proxy(target, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name);
        // A hint that nobody waits for is no moment to die at.
        if (typeof value !== 'function' || name === 'prepare') return value;
        return async (...args: unknown[]) => {
          tick();
          const result: unknown = await Reflect.apply(value, object, args);
          tick();
          return result;
        };
      },
    });
}
