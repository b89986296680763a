/** A command as it is typed; where it is too long for its line it breaks between its words, never within "--name". */
export function Command({ text }: { text: string }) {
  return (
    <code>
      {text.split(" ").map((word, index) => (
        <>
          {index > 0 && " "}
          <span class="nowrap">{word}</span>
        </>
      ))}
    </code>
  );
}
