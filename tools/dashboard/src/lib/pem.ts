// PEM as far as a page needs it: how many there are, and whether two texts hold the same.

const begin = /-----BEGIN CERTIFICATE-----/g;

/** Certificates in a text. */
export const certificates = (pem: string): number => pem.match(begin)?.length ?? 0;

/** Line ends and blank ends tell nothing apart; text areas change both. */
export const samePem = (a: string, b: string): boolean => a.replaceAll("\r\n", "\n").trim() === b.replaceAll("\r\n", "\n").trim();

/** A text to send: as it was typed with a line end after it, or null where there is none. */
export const pemOrNull = (pem: string): string | null => (pem.trim() ? `${pem.trim()}\n` : null);
