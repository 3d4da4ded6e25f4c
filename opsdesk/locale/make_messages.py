"""Bring the Chinese catalogue up to date with the code, in plain Python (no gettext tools needed).

    .venv/bin/python -m opsdesk.locale.make_messages

Reads the msgids of the project (Python and templates) and of the installed Unfold, which has no Chinese of its own;
keeps the translation of every id that still exists, adds new ids with an empty one, drops the others (each is named),
writes django.po and compiles django.mo. Then fill in what is empty in django.po and run it again. Commit both files.

Unfold's ids that Django already says in Chinese are left to Django. An id is marked `OpsDesk`, `Unfold` or both.
"""

import ast
import gettext
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
PO = Path(__file__).resolve().parent / "zh_Hans" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
APPS = ("opsdesk", "channels", "orders", "aftersales", "promotions", "conflicts")
NOT_READ = {"migrations", "static", "node_modules", "__pycache__"}

# Which arguments of a call are the context, the id and the plural.
CALLS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), ("id",)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), ("id", "plural")),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ("context", "id")),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ("context", "id", "plural")),
}
HEADER = """\
Project-Id-Version: OpsDesk
Language: zh_Hans
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
Plural-Forms: nplurals=1; plural=0;
"""
_LITERAL = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
_CALL = re.compile(rf"(?<!\w)({'|'.join(CALLS)})\(\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)")
_PO_LINE = re.compile(r'(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[0\])?\s+)?(".*")$')


@dataclass(frozen=True, order=True)
class Message:
    """What one call asks for; without the plural, which does not tell two messages apart."""

    id: str
    context: str = ""

    @property
    def key(self) -> str:
        """The message as a compiled catalogue files it."""
        return f"{self.context}\x04{self.id}" if self.context else self.id


@dataclass
class Entry:
    """One message of the catalogue: its plural, its translation, what translators wrote, where it is used."""

    plural: str = ""
    text: str = ""
    notes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


Entries = dict[Message, Entry]


def in_python(source: str) -> Iterator[tuple[Message, str]]:
    """Find each message, with its plural, that a Python file asks for in a literal."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            parts = CALLS.get(name, ())
            literals = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if parts and len(literals) >= len(parts):
                yield _message(parts, literals)


def in_template(source: str) -> Iterator[tuple[Message, str]]:
    """Find each message, with its plural, that a Django template asks for."""
    for name, arguments in _CALL.findall(templatize(source)):
        yield _message(CALLS[name], [ast.literal_eval(text) for text in re.findall(_LITERAL, arguments)])


def _message(parts: tuple[str, ...], literals: list[str]) -> tuple[Message, str]:
    said = dict(zip(parts, literals, strict=False))
    return Message(said["id"], said.get("context", "")), said.get("plural", "")


def project_files() -> list[Path]:
    """List the code and templates of our own apps."""
    return [path for app in APPS for path in _files(ROOT / app)]


def of_project() -> Entries:
    """Read the messages of our own apps."""
    return _entries(project_files(), ROOT)


def of_unfold() -> Entries:
    """Read the messages of the installed Unfold, also of the parts that are not switched on."""
    package = _package("unfold")
    return _entries(_files(package), package.parent)


def _package(name: str) -> Path:
    spec = find_spec(name)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


def _files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if not NOT_READ.intersection(path.relative_to(folder).parts)
        and (path.suffix == ".py" or ("templates" in path.parts and path.suffix in {".html", ".txt"}))
    )


def _entries(paths: Iterable[Path], base: Path) -> Entries:
    entries: Entries = {}
    for path in paths:
        find = in_python if path.suffix == ".py" else in_template
        for message, plural in find(path.read_text(encoding="utf-8")):
            entry = entries.setdefault(message, Entry())
            entry.plural = entry.plural or plural
            if (name := path.relative_to(base).as_posix()) not in entry.files:
                entry.files.append(name)
    entries.pop(Message(""), None)
    return entries


def said_by_django() -> set[str]:
    """Name what Django says in Chinese in every installation that has its admin."""
    keys: set[str] = set()
    for part in ("conf", "contrib/admin", "contrib/auth"):
        with (_package("django") / part / "locale/zh_Hans/LC_MESSAGES/django.mo").open("rb") as file:
            catalogue: dict[str | tuple[str, int], str] = vars(gettext.GNUTranslations(file))["_catalog"]
        keys |= {key if isinstance(key, str) else key[0] for key, text in catalogue.items() if text}
    return keys


def wanted() -> Entries:
    """Read everything our catalogue has to hold: all of ours, and of Unfold's what Django does not say."""
    ours, django = of_project(), said_by_django()
    for message, entry in of_unfold().items():
        if message in ours:
            ours[message].files += entry.files
        elif message.key not in django:
            ours[message] = entry
    return ours


def read(po: str) -> Entries:
    """Read a catalogue's text."""
    entries: Entries = {}
    for block in re.split(r"\n\s*\n", po.strip()):
        parts = dict.fromkeys(("msgctxt", "msgid", "msgid_plural", "msgstr"), "")
        notes, at = [], ""
        for line in block.splitlines():
            if found := _PO_LINE.match(line):
                at = found[1] or at
                parts[at] += ast.literal_eval(found[2])
            elif line.startswith("# "):
                notes.append(line)
        if parts["msgid"]:
            message = Message(parts["msgid"], parts["msgctxt"])
            entries[message] = Entry(parts["msgid_plural"], parts["msgstr"], notes)
    return entries


def write(entries: Entries) -> str:
    """Write a catalogue's text; ours first, each file's messages together."""
    blocks = [f'msgid ""\n{_field("msgstr", HEADER)}']
    for message, entry in entries.items():
        sides = {"Unfold" if name.startswith("unfold/") else "OpsDesk" for name in entry.files}
        lines = [*entry.notes, f"#. {', '.join(sorted(sides))}", *(f"#: {name}" for name in entry.files)]
        lines += [_field("msgctxt", message.context)] if message.context else []
        lines.append(_field("msgid", message.id))
        lines += [_field("msgid_plural", entry.plural)] if entry.plural else []
        lines.append(_field("msgstr[0]" if entry.plural else "msgstr", entry.text))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _field(name: str, text: str) -> str:
    lines = text.splitlines(keepends=True)
    quoted = [f'"{_escaped(line)}"' for line in (lines if len(lines) < 2 else ["", *lines])]
    return f"{name} " + ("\n".join(quoted) or '""')


def _escaped(text: str) -> str:
    for plain, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        text = text.replace(plain, escape)
    return text


def compiled(entries: Entries) -> bytes:
    """Make the .mo file of a catalogue: what is translated, sorted, without a hash table."""
    texts = {b"": HEADER.encode()}
    for message, entry in entries.items():
        if entry.text:
            key = f"{message.key}\0{entry.plural}" if entry.plural else message.key
            texts[key.encode()] = entry.text.encode()
    keys = sorted(texts)
    index, body = b"", b""
    start = 28 + 16 * len(keys)
    for string in (*keys, *(texts[key] for key in keys)):
        index += struct.pack("<2I", len(string), start + len(body))
        body += string + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, start) + index + body


def merged(old: Entries, new: Entries) -> Entries:
    """Give the messages of now the translations and notes that the catalogue has for them."""
    return {
        message: Entry(entry.plural, old[message].text, old[message].notes, entry.files) if message in old else entry
        for message, entry in new.items()
    }


def main() -> None:
    """Merge, write, compile, and say what is left to do."""
    old = read(PO.read_text(encoding="utf-8")) if PO.exists() else {}
    new = merged(old, wanted())
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_text(write(new), encoding="utf-8")
    MO.write_bytes(compiled(new))
    for message in sorted(old.keys() - new.keys()):
        sys.stdout.write(f"dropped: {message.id!r} = {old[message].text!r}\n")
    missing = [message for message, entry in new.items() if not entry.text]
    for message in missing:
        sys.stdout.write(f"untranslated: {message.id!r}\n")
    sys.stdout.write(f"{len(new)} messages, {len(missing)} untranslated\n")


if __name__ == "__main__":
    main()
