#!/usr/bin/env python3
"""Writes a CSV of made-up contacts: the same bytes for the same seed and number of rows, on any machine.

    make_contacts.py [--rows 20000] [--seed 1] [FILE]        (without FILE: standard output)

Cells hold what real files hold: quotes, commas, line breaks, leading zeros, blanks, and names from many
languages. Nobody in it exists; the mail addresses end in .example (RFC 2606).
"""
import argparse
import sys

FIRST = ("Ada Björn Chloé Dmitri Eşe Fátima Gustaf Hannah Ivan José Katarzyna Léa Mÿra Nguyễn Óscar Priya Quentin "
         "Renée Søren Tomáš Uğur Valérie Wei Xóchitl Yūki Zoë 伊藤 王伟 김민수 Мария Γιώργος عمر").split()
LAST = ("Anderson Brontë Çelik Dvořák Eriksson Fernández García Håkansson Ibáñez Jørgensen Kowalski Łukasz Müller "
        "Nuñez O'Brien Pérez Quiñones Rodmann Šimek Thành Ünal Van-Dyke Wójcik Yılmaz Žižek 山田 陳 Иванова").split()
CITIES = ("Århus", "Bielefeld", "Città di Castello", "Düsseldorf", "Évora", "Kraków", "Łódź", "Málaga", "Nîmes",
          "São Paulo", "Tromsø", "Washington, D.C.", "Winston-Salem, NC", "Zürich", "東京", "Москва")
NOTES = ("", "", "", "", "", "", "VIP", "call back after 5 pm", "prefers e-mail, not phone",
         'said "maybe next year"', 'ordered 2 × 5" pipe', "line one\nline two", 'moved; old address:\n"Hauptstr. 3"',
         "naïve façade — coöperate", "100 % sure; 50 € refund", "tab\there", "back\\slash", "  spaces kept  ")


class Numbers:
    """A 64-bit generator written out here (splitmix64), so that no library's version changes the file."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state + 0x9E3779B97F4A7C15) & (2**64 - 1)
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
        return (z ^ (z >> 31)) % bound

    def pick(self, choices):
        return choices[self.below(len(choices))]


def cell(text):
    if any(c in text for c in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


def rows(count, seed):
    numbers = Numbers(seed)
    yield "id,first_name,last_name,email,phone,city,postcode,age,joined,note"
    for number in range(1, count + 1):
        first, last = numbers.pick(FIRST), numbers.pick(LAST)
        joined = "20%02d-%02d-%02d" % (numbers.below(26), 1 + numbers.below(12), 1 + numbers.below(28))
        yield ",".join(cell(text) for text in (
            "%06d" % number, first, last, "contact%d@mail%d.example" % (number, numbers.below(40)),
            "0%03d %06d" % (numbers.below(1000), numbers.below(1000000)), numbers.pick(CITIES),
            "%05d" % numbers.below(100000), "" if numbers.below(20) == 0 else str(18 + numbers.below(70)), joined,
            numbers.pick(NOTES)))


def main():
    parser = argparse.ArgumentParser(description="Writes a CSV of made-up contacts.")
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("file", nargs="?", default="-")
    options = parser.parse_args()
    out = sys.stdout.buffer if options.file == "-" else open(options.file, "wb")
    lines = []
    for line in rows(options.rows, options.seed):
        lines.append(line)
        if len(lines) == 10000:
            out.write(("\n".join(lines) + "\n").encode())
            lines.clear()
    if lines:
        out.write(("\n".join(lines) + "\n").encode())
    out.flush()


if __name__ == "__main__":
    main()
