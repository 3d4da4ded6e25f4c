"""Whatever a user reads is Chinese: what code and templates ask for is in the catalogue, whole and compiled."""

import ast
import gettext
import re
from functools import cache

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from opsdesk.locale import make_messages as catalogue
from opsdesk.locale.make_messages import Entry, Message

NOT_CHINESE = {"OpsDesk", "Excel"}  # names that a page may show as they are
PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|\{[\w.]*\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!(]|[,;:?!)][\u4e00-\u9fff]|[\u4e00-\u9fff]\.(?!\w)|\.\.\.")


@cache
def ours() -> catalogue.Entries:
    return catalogue.of_project()


@cache
def chinese() -> catalogue.Entries:
    return catalogue.read(catalogue.PO.read_text(encoding="utf-8"))


def test_every_message_of_the_project_is_translated():
    untranslated = {
        message.id: entry.files for message, entry in ours().items() if not chinese().get(message, Entry()).text
    }
    assert len(ours()) > 500
    assert untranslated == {}, "run: python -m opsdesk.locale.make_messages, then fill in what is empty"


def test_no_message_of_unfold_stays_english():
    unfold = catalogue.of_unfold()
    with translation.override("zh-hans"):
        said = trans_real.catalog()._catalog
        untranslated = [m.id for m in unfold if not (said.get(m.key) or said.get((m.key, 0)))]
    assert len(unfold) > 190
    assert untranslated == []


@pytest.mark.parametrize("english", ["Orders", "Type to search", "agent"])
def test_the_site_speaks_the_catalogue(english):
    with translation.override("zh-hans"):
        assert translation.gettext(english) == chinese()[Message(english)].text


def test_a_plural_of_unfold_is_said_in_chinese():
    [message] = [message for message in chinese() if "Found %(counter)s result" in message.id]
    with translation.override("zh-hans"):
        said = translation.ngettext(message.id, chinese()[message].plural, 3) % {"counter": 3, "time": "0.1"}
    assert said.strip() == "找到 3 条结果，用时 0.1 秒"


def test_a_translation_has_the_placeholders_of_its_original():
    wrong = {}
    for message, entry in chinese().items():
        there, here = (set(PLACEHOLDER.findall(text)) for text in (message.id, entry.text))
        loose = re.search(r"%(?!%)|[{}]", re.sub(r"%%", "", PLACEHOLDER.sub("", entry.text)))
        if entry.text and (there != here or (there and loose)):
            wrong[message.id] = entry.text
    assert wrong == {}


def test_a_translation_is_chinese_with_chinese_punctuation():
    """An original that is nothing but placeholders and signs may stay as it is."""
    wrong = {
        message.id: entry.text
        for message, entry in chinese().items()
        if entry.text
        and (
            HALF_WIDTH.search(PLACEHOLDER.sub("", entry.text))
            or (re.search(r"[A-Za-z]", PLACEHOLDER.sub("", message.id)) and not CHINESE.search(entry.text))
        )
    }
    assert wrong == {}


def test_the_compiled_catalogue_is_the_one_that_people_read():
    with catalogue.MO.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    found = {key: text for key, text in vars(compiled)["_catalog"].items() if key}
    wanted = {
        ((message.key, 0) if entry.plural else message.key): entry.text
        for message, entry in chinese().items()
        if entry.text
    }
    assert found == wanted, "run: python -m opsdesk.locale.make_messages"


def test_no_message_is_put_together_before_it_is_translated():
    """`_(f"…{x}")` and `_("…" % x)` find no translation: the values belong into the translated text."""
    guilty = []
    for path in catalogue.project_files():
        calls = ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if path.suffix == ".py" else ()
        for node in calls:
            asks = isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", ""))
            if asks in catalogue.CALLS and isinstance(node.args[0], ast.JoinedStr | ast.BinOp):
                guilty.append(f"{path.relative_to(catalogue.ROOT)}:{node.lineno}")
    assert guilty == []


def test_a_template_shows_no_text_that_cannot_be_translated():
    bare = {}
    for path in catalogue.project_files():
        if path.suffix != ".py" and (words := words_shown(path.read_text(encoding="utf-8")) - NOT_CHINESE):
            bare[str(path.relative_to(catalogue.ROOT))] = words
    assert bare == {}


def words_shown(template: str) -> set[str]:
    """Return the Latin words that stand in a template outside of tags, scripts and translated blocks."""
    blocks = r"\{%\s*(blocktrans\w*|comment)\b.*?%\}.*?\{%\s*end\1\s*%\}"
    for hidden in (blocks, r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", r"<(script|style)\b.*?</\1>", r"<!--.*?-->|<[^>]*>"):
        template = re.sub(hidden, " ", template, flags=re.DOTALL)
    return set(re.findall(r"(?<!&)\b[A-Za-z]{2,}\b(?!;)", template))


@pytest.mark.parametrize(
    ("_case", "source", "found"),
    [
        ("a call", "_('Accept')", [("Accept", "", "")]),
        ("pieces side by side", "_('one ' 'sentence')", [("one sentence", "", "")]),
        ("by its module", "translation.gettext('Accept')", [("Accept", "", "")]),
        ("lazy", "gettext_lazy('Accept')", [("Accept", "", "")]),
        ("plural", "ngettext('%d job', '%d jobs', n)", [("%d job", "", "%d jobs")]),
        ("context", "pgettext('column', 'paid')", [("paid", "column", "")]),
        ("context and plural", "npgettext('c', 'a', 'b', n)", [("a", "c", "b")]),
        ("a value", "_(label)", []),
        ("something else", "print('Accept')", []),
    ],
)
def test_messages_are_found_in_code(_case, source, found):
    assert [(m.id, m.context, plural) for m, plural in catalogue.in_python(source)] == found


@pytest.mark.parametrize(
    ("_case", "source", "found"),
    [
        ("a tag", '{% trans "Accept" %}', [("Accept", "", "")]),
        ("with context", '{% translate "paid" context "column" %}', [("paid", "column", "")]),
        ("into a variable", "{% trans 'Accept' as label %}", [("Accept", "", "")]),
        ("in another tag", '{% include "x" with title=_("Accept") %}', [("Accept", "", "")]),
        ("in a filter", '{{ name|default:_("nobody") }}', [("nobody", "", "")]),
        ("a block", "{% blocktrans %}Hello {{ you }}.{% endblocktrans %}", [("Hello %(you)s.", "", "")]),
        ("trimmed", "{% blocktrans trimmed %}\n  a\n  b\n{% endblocktrans %}", [("a b", "", "")]),
        ("plural", "{% blocktrans count n=n %}a{% plural %}b{% endblocktrans %}", [("a", "", "b")]),
        ("quotes", """{% blocktrans %}it's "so"{% endblocktrans %}""", [('it\'s "so"', "", "")]),
        ("per cent", '{% trans "50 % off" %}', [("50 %% off", "", "")]),
        ("plain text", "Accept", []),
    ],
)
def test_messages_are_found_in_templates(_case, source, found):
    assert [(m.id, m.context, plural) for m, plural in catalogue.in_template(source)] == found


def test_a_catalogue_is_read_as_it_was_written():
    entries = {
        Message('two\nlines, "quotes", a \\ and a\ttab'): Entry("", "两\n行"),
        Message("paid", "column"): Entry("", "实付", ["# 金额"]),
        Message("%d job"): Entry("%d jobs", "%d 个工单"),
        Message("new"): Entry(),
    }
    assert catalogue.read(catalogue.write(entries)) == entries


def test_merging_keeps_what_still_exists_and_drops_what_does_not():
    old = {Message("kept"): Entry("", "留下", ["# 注"]), Message("gone"): Entry("", "不再")}
    new = {Message("kept"): Entry("", "", [], ["a.py"]), Message("new"): Entry("", "", [], ["b.py"])}
    assert catalogue.merged(old, new) == {
        Message("kept"): Entry("", "留下", ["# 注"], ["a.py"]),
        Message("new"): Entry("", "", [], ["b.py"]),
    }
