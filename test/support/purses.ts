import type { Purse } from '../../src/ports.ts';

/** A purse that holds `microCents`; `reserved` lists what was set aside, `left` is what remains. */
export function purseOf(microCents: number): Purse & { left: number; reserved: number[] } {
  const purse = {
    left: microCents,
    reserved: [] as number[],
    async reserve({ microCents: most }: { microCents: number }) {
      if (most > purse.left) return { refused: 'more than the budget has left' };
      purse.left -= most;
      purse.reserved.push(most);
      return { reserved: most };
    },
    settle(reserved: number, cost: number) {
      purse.left += reserved - cost;
    },
  };
  return purse;
}

/** Who asks, where nothing is known of the models. */
export const nobodyKnown = { run: 'run-of-this-test', health: {} };
