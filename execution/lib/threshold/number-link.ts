/** A link to a thing of GitHub's by its number; only an address of http leads anywhere. */
export const numberLink = ({ number, url }: { number: number; url: string }): string =>
  /^https?:\/\/[^\s()<>]+$/.test(url) ? `[#${number}](${url})` : `#${number}`;
