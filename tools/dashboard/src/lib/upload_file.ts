import { signal } from "@preact/signals";

/** The file that was chosen or dropped; kept over pages and over a sign-in, until another takes its place. */
export const chosenFile = signal<File | undefined>(undefined);
export const takeFile = (file: File | undefined): void => {
  chosenFile.value = file;
};
