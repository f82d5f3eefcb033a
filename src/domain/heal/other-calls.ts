import type { Exchange, Tape } from '../tape.ts';
import { exchangeKind } from '../tape-player.ts';

/** Calls that nobody recorded, made from those that were: no repair can know them by heart. */

/** A recorded call with other numbers in the same places. */
export interface OtherCall {
  tape: Tape;
  /** Where they stand, such as `GET shop.example price`, whatever their place in a list, and how they are written. */
  places: ReadonlyMap<string, Notation>;
}

type Notation = 'number' | 'text';

/**
 * Changes the numbers in the JSON that a call was answered with; where it asked for nothing, those of its input. Undefined
 * where there are none.
 * @param isWanted whether to change those at a place
 */
export function withOtherNumbers(tape: Tape, isWanted: (place: string) => boolean = () => true): OtherCall | undefined {
  const places = new Map<string, Notation>();
  const change: Change = (place, notation) => {
    if (isWanted(place)) places.set(place, notation);
    return isWanted(place);
  };
  const exchanges = tape.exchanges.map((exchange) => withOtherAnswer(exchange, change));
  if (places.size > 0) return { tape: { ...tape, exchanges }, places };
  if (exchanges.length > 0) return undefined;
  const input = other(tape.input, 'input', change) as Tape['input'];
  return places.size > 0 ? { tape: { ...tape, input }, places } : undefined;
}

/** Whether to change what stands at a place. */
type Change = (place: string, notation: Notation) => boolean;

function withOtherAnswer(exchange: Exchange, change: Change): Exchange {
  if (exchange.kind !== 'fetch' || exchange.response?.encoding !== 'utf8') return exchange;
  try {
    const answer: unknown = JSON.parse(exchange.response.body);
    const body = JSON.stringify(other(answer, exchangeKind(exchange), change));
    return { ...exchange, response: { ...exchange.response, body } };
  } catch {
    return exchange;
  }
}

const DEEPEST = 30;

function other(value: unknown, place: string, change: Change, depth = 0): unknown {
  if (typeof value === 'number') return change(place, 'number') ? Number(otherDigits(String(value))) : value;
  if (typeof value === 'string') return isAmount(value) && change(place, 'text') ? otherDigits(value) : value;
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return value;
  if (Array.isArray(value)) return value.map((each) => other(each, place, change, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, other(each, `${place} ${key}`, change, depth + 1)]),
  );
}

/** `3.45`, `$ 1,200`, `12 kg`: not a date, an id or a telephone number. */
const isAmount = (text: string): boolean => text.length <= 30 && /^[^\d.,-]{0,4}-?\d[\d.,\s]*[^\d-]{0,5}$/.test(text);

/** As many digits, each another one, and none of them zero. */
const otherDigits = (text: string): string => text.replaceAll(/\d/g, (digit) => String(((Number(digit) + 3) % 9) + 1));

/** A recorded call to which every answer was an error of the server; undefined where nothing was asked, or one was. */
export function withErrors(tape: Tape): Tape | undefined {
  const answers = tape.exchanges.filter((exchange) => exchange.kind === 'fetch');
  if (answers.length === 0 || answers.some(({ response }) => !response || response.status >= 400)) return undefined;
  const exchanges = tape.exchanges.map((exchange) =>
    exchange.kind === 'fetch' && exchange.response
      ? { ...exchange, response: { ...exchange.response, status: 500 } }
      : exchange,
  );
  return { ...tape, exchanges };
}
