"""As much of Markdown as the project's pages use: headings, links, code spans, code blocks and the marks before them.

A mark is a comment on the lines before a code block, which no reader of the page sees; its parts are told apart by
semicolons:

    <!-- check: skip, needs a second machine -->        not run; names in it are looked up all the same
    <!-- check: long, boots twelve guests -->           run with --all only
    <!-- check: text -->                                no commands
    <!-- check: output of scripts/bench -->             what that command prints
    <!-- check: exit 1 -->                              the exit status of the block's commands, if it is not 0
    <!-- check: exit 0 1 -->                            either of these
    <!-- check: varies kernel, machine -->              paragraphs of the output that begin so depend on the machine
    <!-- check: with WORKLOAD=null -->                  words to put in place of others, in commands
    <!-- check: given base 6 name=a seed=1 -->          a folder of results that tests/cli/make-results makes before
"""
import dataclasses
import re

MARK = re.compile(r"<!-- check: (.*?) -->", re.S)
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SPAN = re.compile(r"(`+)(.+?)\1", re.S)
FENCE = re.compile(r"^\s*(```+)\s*(\w*)")


@dataclasses.dataclass
class Block:
    line: int
    text: str
    language: str = ""
    skip: str = ""
    long: str = ""
    output_of: str = ""
    is_text: bool = False
    statuses: tuple = (0,)
    varies: list = dataclasses.field(default_factory=list)
    words: dict = dataclasses.field(default_factory=dict)
    given: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Document:
    blocks: list = dataclasses.field(default_factory=list)
    spans: list = dataclasses.field(default_factory=list)  # of (line, text)
    links: list = dataclasses.field(default_factory=list)  # of (line, target)
    anchors: set = dataclasses.field(default_factory=set)
    prose: list = dataclasses.field(default_factory=list)  # of (line, text without code spans)


def anchor(heading):
    """As the places that show Markdown make one."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def mark(block, text):
    """Applies one comment to the block it stands before."""
    for part in filter(None, (part.strip() for part in " ".join(text.split()).split(";"))):
        kind, _, rest = part.partition(" ")
        if kind.rstrip(",") in ("skip", "long") and rest:
            setattr(block, kind.rstrip(","), rest)
        elif kind == "text" and not rest:
            block.is_text = True
        elif kind == "output" and rest.startswith("of "):
            block.output_of = rest[3:]
        elif kind == "exit":
            block.statuses = tuple(map(int, rest.split()))
        elif kind == "varies":
            block.varies += [word.strip() for word in rest.split(",")]
        elif kind == "with":
            block.words.update(word.split("=", 1) for word in rest.split())
        elif kind == "given":
            block.given.append(rest.split())
        else:
            raise ValueError(f"line {block.line}: the mark '{part}' is none that scripts/lib/docs/markdown.py knows")


def cut_blocks(lines):
    """(blocks, the lines with every line of a block made empty)."""
    blocks, rest, at = [], list(lines), 0
    while at < len(lines):
        fence, margin = FENCE.match(lines[at]), " " * code_margin(rest, at)
        indented = lines[at].startswith(margin) and lines[at].strip() and (at == 0 or not rest[at - 1].strip())
        if not fence and not indented:
            at += 1
            continue
        end = at + 1
        if fence:
            while end < len(lines) and not lines[end].strip().startswith(fence.group(1)):
                end += 1
            depth = len(lines[at]) - len(lines[at].lstrip())
            body, language = [line[depth:] for line in lines[at + 1:end]], fence.group(2)
            end += 1
        else:
            while end < len(lines) and (lines[end].startswith(margin) or not lines[end].strip()):
                end += 1
            while not lines[end - 1].strip():
                end -= 1
            body, language = [line[len(margin):] for line in lines[at:end]], ""
        blocks.append(Block(at + 1, "\n".join(body), language))
        rest[at:end] = [""] * (end - at)
        at = end
    return blocks, rest


def code_margin(lines, at):
    """How far an indented block stands in: four, and more in a list, by the last line above that begins at the margin."""
    above = next((line for line in reversed(lines[:at]) if line.strip() and line[0] != " " and not line.startswith("<!--")), "")
    item = re.match(r"(?:[-*+]|\d+\.)\s+", above)
    return 4 + (item.end() if item else 0)


def parse(text):
    document = Document()
    document.blocks, lines = cut_blocks(text.split("\n"))
    by_line = {block.line: block for block in document.blocks}
    joined = "\n".join(lines)
    for found in MARK.finditer(joined):
        after = joined.count("\n", 0, found.end()) + 1
        line = next((n for n in range(after + 1, after + 4) if n in by_line), None)
        if line is None:
            raise ValueError(f"line {after}: a mark with no code block after it")
        mark(by_line[line], found.group(1))
    for number, line in enumerate(lines, 1):
        heading = HEADING.match(line)
        if heading:
            document.anchors.add(anchor(heading.group(1)))
    for pattern, group, where in ((SPAN, 2, document.spans), (LINK, 1, document.links)):
        for found in pattern.finditer(joined):
            where.append((joined.count("\n", 0, found.start()) + 1, " ".join(found.group(group).split())))
    bare = re.sub(r"<!--.*?-->", lambda m: "\n" * m.group().count("\n"), joined, flags=re.S)
    bare = SPAN.sub(lambda m: "\n" * m.group().count("\n"), bare)
    bare = LINK.sub("", bare)
    document.prose = list(enumerate(bare.split("\n"), 1))
    return document
