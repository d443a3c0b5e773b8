#!/usr/bin/env python3
"""Makes a C header of a text file: embed.py TEXT HEADER NAME."""
import sys

text, header, name = sys.argv[1:]
with open(text, encoding="ascii") as file:
    lines = file.read().splitlines()
with open(header, "w", encoding="ascii") as file:
    file.write(f"/* Made from {text.rsplit('/', 1)[-1]}. */\nstatic const char {name}[] =\n")
    for line in lines:
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
        file.write(f'\t"{escaped}\\n"\n')
    file.write("\t;\n")
