#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The man page of a file format: a hand-written frame, and the keys of its JSON Schema.

Usage: schema-page.py DATADIR COMMANDS.json CHANGELOG.md SCHEMA FRAME OUTPUT

In FRAME @KEYS@ stands for the keys, @OPTIONS@ for those of the schema's $defs/options, and @PKGDATADIR@ for DATADIR,
where schemas and workloads are installed.
"""
import json
import pathlib
import sys

from roff import escape, heading, prose, see_also


def end(text):
    return text if not text or text[-1] in ".:;" else text + "."


class Page:
    def __init__(self, schema):
        self.defs = schema.get("$defs", {})
        self.out = []

    def resolve(self, node):
        if "$ref" not in node:
            return node, None
        path = node["$ref"].removeprefix("#/$defs/").split("/")
        target = self.defs
        for name in path:
            target = target[name]
        return target, path[-1]

    def bounds(self, node):
        low = node.get("minimum", node.get("exclusiveMinimum"))
        high = node.get("maximum")
        if high is None or high >= 2**63 - 1:
            low, high = (low if low else None), None
        words = []
        if low is not None:
            words.append(("above " if "exclusiveMinimum" in node else "from ") + str(low))
        if high is not None:
            words.append(f"to {high}")
        return words

    def kind(self, node):
        """What may stand there, in words."""
        if "const" in node:
            return json.dumps(node["const"])
        if "enum" in node:
            return ", ".join("null" if v is None else str(v) for v in node["enum"])
        if "oneOf" in node and "type" not in node:
            kinds = dict.fromkeys(self.kind(self.resolve(n)[0]) for n in node["oneOf"])
            return " or ".join(kinds)
        types = node.get("type", "any")
        words = [" or ".join(types) if isinstance(types, list) else types]
        words += self.bounds(node)
        if "items" in node and isinstance(node["items"], dict):
            words.append("of " + self.kind(self.resolve(node["items"])[0]))
        if "maxItems" in node:
            words.append(f"(at most {node['maxItems']})")
        return " ".join(words)

    def entry(self, name, node, required):
        target, _ = self.resolve(node)
        notes = [self.kind(target)]
        if required:
            notes.append("required")
        if "default" in target and target["default"] != "":
            default = target["default"]
            notes.append("default " + (default if isinstance(default, str) else json.dumps(default)))
        self.out.append(f".TP\n\\fB{escape(name, True)}\\fR ({escape('; '.join(notes), True)})")
        self.out.append(self.about(node, target))

    def about(self, node, target):
        text = node.get("description") or target.get("description", "")
        return prose(end(text).replace("#/$defs/options", "STRESSORS AND THEIR OPTIONS")) or "\\&"

    def members(self, node, prefix, required_too=True):
        """The keys of an object and, below, those of what lies in it."""
        required = node.get("required", []) if required_too else []
        for name, child in node.get("properties", {}).items():
            path = prefix + name
            self.entry(path, child, name in required)
            self.inner(child, path)

    def inner(self, child, path):
        target, reference = self.resolve(child)
        items, item_reference = self.resolve(target.get("items", {})) if isinstance(target.get("items"), dict) \
            else ({}, None)
        if reference is None and item_reference is None:
            self.members(target, path + ".")
            self.members(items, path + "[].")
            for choice in target.get("oneOf", []):
                self.members(choice, path + ".")

    def definition(self, name, title):
        node = self.defs[name]
        self.out += [f".SS {escape(title)}", prose(end(node.get("description", "")))]
        self.members(node, "")
        for choice in node.get("oneOf", []):
            if choice.get("properties"):
                self.out += [".PP", prose(end(choice.get("description", "")))]
                self.members(choice, "")

    def keys(self, schema):
        self.out += [".SS The file", prose(end(schema["description"]))]
        self.members(schema, "")
        for name, node in self.defs.items():
            if "properties" in node or any("properties" in c for c in node.get("oneOf", [])):
                self.definition(name, name)
        return self.take()

    def options(self):
        for name, node in self.defs["options"].items():
            self.out += [f".SS {escape(name)}", prose(end(node.get("description", "")))]
            self.members(node, "")
        return self.take()

    def take(self):
        out, self.out = self.out, []
        return "\n".join(l for l in out if l)


def main(datadir, tables_path, changelog, schema_path, frame_path, output):
    tables = json.loads(pathlib.Path(tables_path).read_text())
    schema = json.loads(pathlib.Path(schema_path).read_text())
    frame = pathlib.Path(frame_path).read_text()
    page = Page(schema)
    name = pathlib.Path(frame_path).stem
    text = heading(name, 5, tables["version"], changelog) + "\n" + frame + see_also(tables, name) + "\n"
    text = text.replace("@PKGDATADIR@", escape(datadir, True))
    text = text.replace("@KEYS@", page.keys(schema))
    if "@OPTIONS@" in text:
        text = text.replace("@OPTIONS@", page.options())
    pathlib.Path(output).write_text('.\\" Made by doc/man/schema-page.py; edit the schema or the frame.\n' + text)


main(*sys.argv[1:])
