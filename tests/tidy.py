#!/usr/bin/env python3
"""What a reader relies on and no compiler checks: the arrows between folders, system headers only in io, and sizes.

Usage: tidy.py ROOT. Prints each finding as file:line: text and exits 1 when there is one.
"""

import pathlib
import re
import sys

LINE_CHARS_MAX = 120
FILE_LINES_MAX = 800
FUNCTION_LINES_MAX = 70

# A folder may include itself and what stands to its right.
FLOORS = {"codec": ["codec"], "io": ["io", "codec"], "engine": ["engine", "io", "codec"]}
# The engine's rooms, lowest first; two in one line do not know each other.
ENGINE_FLOORS = [["model", "limits.h"], ["config", "metrics"], ["shard"], ["store"], ["intake", "delivery"], ["control"]]

SYSTEM_HEADER = re.compile(
    r"#include <(sys/|netinet/|arpa/|linux/|unistd\.h|fcntl\.h|poll\.h|signal\.h|csignal|dirent\.h|pthread\.h|"
    r"liburing|netdb\.h|termios\.h|fstream|filesystem)")
# Libraries that a floor may use although they talk to the kernel themselves.
SYSTEM_HEADER_EXCEPTIONS = {}
CLOCK_CALL = re.compile(r"\b(system_clock|steady_clock|high_resolution_clock)::now\b|\bclock_gettime\b|\bgetenv\b|\brand\(\)")
BANNED_WORD = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def engine_rank(part):
    for rank, rooms in enumerate(ENGINE_FLOORS):
        if part in rooms:
            return rank
    return len(ENGINE_FLOORS)


def include_findings(path, number, target):
    top = path.parts[0]
    target_top = target.split("/")[0]
    if top in FLOORS and target_top not in FLOORS[top]:
        yield number, f"{top} must not include {target}: arrows point down only"
    if top == "engine" and target_top == "engine" and len(path.parts) > 2:
        own, other = path.parts[1], target.split("/")[1]
        if own != other and engine_rank(other) >= engine_rank(own):
            yield number, f"engine/{own} must not include {target}: it is not on a lower floor"


def function_findings(lines):
    """Bodies that open at the start of a line's end and close with a brace in the first column."""
    opened = None
    for number, line in enumerate(lines, 1):
        if opened is None and re.match(r"[A-Za-z_].*\)\s*(const|noexcept|override|\s)*(:.*)?\{$", line):
            if not line.startswith(("namespace", "class", "struct", "enum", "extern", "TEST", "BENCHMARK")):
                opened = number
        elif opened is not None and line.startswith("}"):
            if number - opened > FUNCTION_LINES_MAX:
                yield opened, f"a function of {number - opened} lines (at most {FUNCTION_LINES_MAX})"
            opened = None


def findings(root, path):
    lines = (root / path).read_text(encoding="utf-8").splitlines()
    top = path.parts[0]
    if len(lines) > FILE_LINES_MAX:
        yield 1, f"{len(lines)} lines (at most {FILE_LINES_MAX})"
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_CHARS_MAX:
            yield number, f"{len(line)} characters (at most {LINE_CHARS_MAX})"
        if BANNED_WORD.search(line):
            yield number, "a note to self: do it or file it"
        include = re.match(r'#include "([^"]+)"', line)
        if include:
            yield from include_findings(path, number, include.group(1))
        if top in ("codec", "engine") and SYSTEM_HEADER.match(line):
            yield number, f"{line.strip()}: system calls are io's alone"
        if top in ("codec", "engine") and CLOCK_CALL.search(line):
            yield number, "time, randomness and the environment come through Io"
    if top in FLOORS or top == "tools":
        yield from function_findings(lines)


def main():
    root = pathlib.Path(sys.argv[1])
    sources = [p.relative_to(root) for top in ("codec", "io", "engine", "tools", "tests", "bench")
               for p in sorted((root / top).rglob("*"))
               if p.suffix in (".h", ".cpp") and "node_modules" not in p.parts]
    count = 0
    for path in sources:
        for number, text in findings(root, path):
            print(f"{path}:{number}: {text}")
            count += 1
    print(f"tidy: {len(sources)} files, {count} findings")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
