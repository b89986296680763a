// Colours for the receiver code that this page ships: comments, strings, words of the languages. Not for other text.

export interface CodePiece {
  kind: "" | "k" | "s" | "v" | "c";
  text: string;
}

const words =
  "import|from|const|let|new|return|try|catch|if|else|throw|async|await|function|export|def|except|raise|as|class|for|in|not|and|or|with|package|func|" +
  "var|type|nil|range|use|foreach|echo|exit|require|do|end|begin|rescue|unless|public|static|void|final|byte|private|throws|is|None|True|False|null|true|false";
const token = new RegExp(
  String.raw`(\/\/[^\n]*|#[^\n]*)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\b(\d[\d_]*)\b|\b(${words})\b`,
  "g",
);

export function colour(code: string): CodePiece[] {
  const out: CodePiece[] = [];
  let from = 0;
  for (const match of code.matchAll(token)) {
    if (match.index > from) out.push({ kind: "", text: code.slice(from, match.index) });
    const kind = match[1] ? "c" : match[2] ? "s" : match[3] ? "v" : "k";
    out.push({ kind, text: match[0] });
    from = match.index + match[0].length;
  }
  if (from < code.length) out.push({ kind: "", text: code.slice(from) });
  return out;
}
