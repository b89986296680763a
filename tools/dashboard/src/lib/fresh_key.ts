// What makes a POST recognisable when it is repeated.

/** 128 random bits. Not crypto.randomUUID, which is there in a secure context alone, and plain HTTP on a name is none. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
