import type { Reply } from './reply.ts';

/** Which requests are meant: those of a method, or of any; `path` without `/api/v3` and without query. */
export interface RequestFilter {
  method?: string;
  path: RegExp;
}

/** An answer in place of the true one. A body that is a string goes out as it is, for example a proxy's HTML. */
export interface Fault extends RequestFilter {
  status: number;
  headers?: Record<string, string>;
  body?: Reply['body'];
  /** How often; default once. */
  times?: number;
  /** Answers so only after the request has had its effect: a response that was lost on its way. */
  isAfterEffect?: boolean;
}

export interface Pause {
  /** Settles when a request waits here. */
  reached: Promise<void>;
  release(): void;
}

export interface Faults {
  fail(fault: Fault): void;
  /** Holds matching requests until they are released. */
  pause(filter: RequestFilter): Pause;
  /** Waits while the request is held. */
  hold(method: string, path: string): Promise<void>;
  /** The fault that this request runs into; it is used up. */
  take(method: string, path: string): Fault | undefined;
  releaseAll(): void;
}

export function createFaults(): Faults {
  const faults: (Fault & { left: number })[] = [];
  const held: { filter: RequestFilter; arrive(): void; released: Promise<void>; release(): void }[] = [];
  const fits = (filter: RequestFilter, method: string, path: string) =>
    (filter.method ?? method) === method && filter.path.test(path);
  return {
    fail(fault) {
      faults.push({ ...fault, left: fault.times ?? 1 });
    },
    pause(filter) {
      const arrival = Promise.withResolvers<void>();
      const end = Promise.withResolvers<void>();
      const entry = { filter, arrive: arrival.resolve, released: end.promise, release: end.resolve };
      held.push(entry);
      const release = () => {
        held.splice(0, held.length, ...held.filter((each) => each !== entry));
        end.resolve();
      };
      return { reached: arrival.promise, release };
    },
    async hold(method, path) {
      const pause = held.find(({ filter }) => fits(filter, method, path));
      pause?.arrive();
      await pause?.released;
    },
    take(method, path) {
      const fault = faults.find((each) => each.left > 0 && fits(each, method, path));
      if (fault) fault.left -= 1;
      return fault;
    },
    releaseAll() {
      for (const { release } of held) release();
    },
  };
}
