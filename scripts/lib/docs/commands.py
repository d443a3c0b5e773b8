"""Which blocks of a page are commands, and what the commands in them are."""
import re
import shlex

# A block with a line that begins so is one of commands, unless its mark says otherwise.
PROGRAMS = ("cgchurn", "build/src/cgchurn", "build-release/src/cgchurn", "scripts/", "meson", "ninja", "apt-get",
            "apt", "dpkg-buildpackage", "systemd-run", "systemctl", "mount", "mkdir", "chown", "setpriv", "su", "sudo", "echo",
            "promtool", "ansible-playbook", "ansible-galaxy", "kubectl", "podman", "buildah", "docker", "crun", "git",
            "install", "cp", "for", "tests/")
PROMPT = "$ "
COMMENT = re.compile(r"(?:^|\s)#(?!\[).*$")


def is_transcript(block):
    return not block.is_text and not block.output_of and any(line.startswith(PROMPT) for line in block.text.split("\n"))


def starts_command(line):
    word = line.split(" ")[0] if line else ""
    return any(word.startswith(name) if name.endswith("/") else word == name for name in PROGRAMS)


def of_block(block):
    """The block's commands as the shell takes them, or None where it has none."""
    if block.is_text or block.output_of:
        return None
    if is_transcript(block):
        return "\n".join(command for command, _ in transcript(block.text))
    return block.text if block.language in ("sh", "bash") or any(map(starts_command, block.text.split("\n"))) else None


def transcript(text):
    """[(command, what stands below it)] of a block with prompts; a command goes on after a backslash."""
    steps = []
    for line in text.split("\n"):
        if line.startswith(PROMPT):
            steps.append([line[len(PROMPT):], []])
        elif steps and not steps[-1][1] and steps[-1][0].endswith("\\"):
            steps[-1][0] += "\n" + line
        elif steps:
            steps[-1][1].append(line)
    return [(command, "\n".join(shown)) for command, shown in steps]


def simple(text):
    """The simple commands in shell text, each as a list of words; a ValueError where quotes do not close."""
    lines = [COMMENT.sub("", line) for line in text.replace("\\\n", " ").split("\n")]
    lexer = shlex.shlex(" ; ".join(lines), posix=True, punctuation_chars="();<>|&")
    lexer.commenters = ""
    lexer.wordchars += ":,%@!#"
    found, words = [], []
    for word in lexer:
        if re.fullmatch(r"[();<>|&]+", word):
            found.append(words)
            words = []
        else:
            words.append(word)
    return [words for words in found + [words] if words]
