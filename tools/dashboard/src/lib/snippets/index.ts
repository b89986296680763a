// Receivers to copy: each checks the signature over the raw bytes before it reads them, refuses old timestamps,
// compares in constant time, and takes a repeated webhook-id once. They use the language's own library alone, so that
// they can be run as they are.

import { node } from "./node";
import { python } from "./python";
import { go } from "./go";
import { php } from "./php";
import { ruby } from "./ruby";
import { java } from "./java";

export interface Snippet {
  id: string;
  name: string;
  /** The program; `url` is the webhook's, whose path the receiver serves. */
  code: (url: string) => string;
}

/** The path of a callback URL as it may stand in a string of every one of these languages. */
export function pathOf(url: string): string {
  try {
    const path = new URL(url).pathname;
    return /^[\w\-./~%+:@=,;!&]*$/.test(path) ? path : "/";
  } catch {
    return "/";
  }
}

export const snippets: Snippet[] = [
  { id: "node", name: "Node", code: (url) => node(pathOf(url)) },
  { id: "python", name: "Python", code: (url) => python(pathOf(url)) },
  { id: "go", name: "Go", code: (url) => go(pathOf(url)) },
  { id: "php", name: "PHP", code: (url) => php(pathOf(url)) },
  { id: "ruby", name: "Ruby", code: (url) => ruby(pathOf(url)) },
  { id: "java", name: "Java", code: (url) => java(pathOf(url)) },
];
