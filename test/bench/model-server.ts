import { startVendorServer, type VendorKind, type VendorServer } from '../support/vendor-server.ts';

export const VENDORS: readonly VendorKind[] = ['gemini', 'anthropic'];

/** Answers at once with the first option of the prompt, each open input filled. */
export function startModelServer(): Promise<VendorServer> {
  const answer = ({ body }: { body: string }) => ({ json: decisionFor(body), usage: { in: 400, out: 40 } });
  return startVendorServer({ gemini: answer, anthropic: answer });
}

function decisionFor(body: string): object {
  const [, option = '', rest = ''] = /- (\S+) \[priority [^\]]*\]: (.*?)(?:\\n|")/.exec(body) ?? [];
  const open = /Open inputs: (.*)\./.exec(rest)?.[1]?.split('), ') ?? [];
  const inputs = open.map((text) => ({ name: text.split(' ')[0], value: 'things' }));
  return { option, inputs, reason: 'It is due first.', lessons: [] };
}

/** The environment in which only this vendor can be asked. */
export function vendorEnvironment(vendor: VendorKind, url: string): Record<string, string> {
  return vendor === 'gemini'
    ? { GEMINI_API_KEY: 'bench-key-0123456789', GOOGLE_GEMINI_BASE_URL: url }
    : { ANTHROPIC_API_KEY: 'bench-key-0123456789', ANTHROPIC_BASE_URL: url };
}
