import type { ModelAlias } from '../domain/config.ts';
import type { Vendor, VendorAccess } from './vendor.ts';

export type VendorName = ModelAlias['vendor'];

export type OpenVendor = (name: VendorName, access: VendorAccess) => Promise<Vendor>;

/** The environment variable that holds each vendor's key. */
export const KEY_NAMES: Readonly<Record<VendorName, string>> = {
  gemini: 'GEMINI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
};

/** Loads a vendor's SDK when it is first asked: most cycles need one of them or none. */
export const openVendor: OpenVendor = async (name, access) => {
  if (name === 'gemini') return (await import('./gemini.ts')).createGemini(access);
  return (await import('./anthropic.ts')).createAnthropic(access);
};
