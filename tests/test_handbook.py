"""The company's rules: what docs/rules.toml says is there has a test, ids are the handbook's, the pages are current."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from opsdesk.console import docs

ROOT: Path = settings.BASE_DIR
CHAPTERS, RULES = docs.read_rules(ROOT)
STATE = {rule.id: rule.state for rule in RULES}

PROVING = '''
def test_or_2_the_same_file_twice_changes_nothing(): ...
def test_as_1_as_2_a_job_has_two_clocks(): ...
def test_both():
    """OR-3, CH-8: a line after "as CF-7 says" proves nothing of CF-7."""
def test_nothing():
    """See OR-1."""
def test_or_2(): ...
def helper_of_test_or_4_things(): ...
'''


@pytest.fixture
def small(tmp_path):
    """A project of one rule, one module and one test."""
    for folder in ("docs", "orders", "tests/bench"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "docs/rules.toml").write_text(
        '[chapters]\nOR = "Orders"\n[OR-2]\nwords = "Once."\nstate = "in part"\nnote = "never twice"\n'
        '[OR-7]\nwords = "Never silent."\nstate = "open"\n'
    )
    (tmp_path / "orders/intake.py").write_text('X = 1  # OR-4\n"""OR-2: kept."""\ndef f():\n    """No rule."""\n')
    (tmp_path / "tests/test_all.py").write_text(PROVING)
    (tmp_path / "tests/bench/test_speed.py").write_text("def test_or_9_is_quick(): ...\n")
    return tmp_path


def test_what_is_said_to_be_there_has_a_test():
    proved = {test.rule for test in docs.tests(ROOT)}
    assert ", ".join(rule for rule, state in STATE.items() if state != "open" and rule not in proved) == ""


def test_what_has_a_test_is_not_said_to_be_open():
    ahead = {f"{test.rule} {test.path}" for test in docs.tests(ROOT) if STATE.get(test.rule) == "open"}
    assert ", ".join(sorted(ahead)) == ""


def test_what_is_done_is_named_where_it_is_done():
    homes = docs.homes(ROOT)
    assert [rule for rule, state in STATE.items() if state == "done" and rule not in homes] == []


def test_code_and_tests_name_only_rules_that_exist():
    example = {"tests/test_handbook.py"}
    unknown = {rule: where - example for rule, where in docs.named(ROOT).items() if rule not in STATE}
    assert {rule: where for rule, where in unknown.items() if where} == {}


def test_every_rule_has_a_chapter_a_state_and_the_reason_for_it():
    assert {rule.id.partition("-")[0] for rule in RULES} == set(CHAPTERS)
    assert {rule.state for rule in RULES} <= set(docs.STATES)
    assert [rule.id for rule in RULES if not rule.words.endswith(".")] == []
    assert [
        rule.id for rule in RULES if (rule.state == "done" and rule.note) or rule.state + rule.note == "in part"
    ] == []


def test_the_rules_are_the_handbooks_each_once_and_in_order(shared):
    there = docs.RULE.findall((shared / "handbook.md").read_text(encoding="utf-8"))
    assert sorted(STATE) == sorted(set(there))
    numbers = [(list(CHAPTERS).index(letters), int(number)) for letters, number in (rule.split("-") for rule in STATE)]
    assert numbers == sorted(numbers)


def test_generated_pages_are_current():
    assert list(docs.stale(ROOT)) == [], "run: python3 run.py manage render_docs"


def test_a_test_names_its_rules_in_its_name_or_first_in_its_docstring(small):
    assert [(test.rule, test.sentence) for test in docs.tests(small)] == [
        ("OR-2", "the same file twice changes nothing"),
        ("AS-1", "a job has two clocks"),
        ("AS-2", "a job has two clocks"),
        ("OR-3", "both"),
        ("CH-8", "both"),
    ]


def test_a_rule_lives_where_a_docstring_names_it(small):
    assert docs.homes(small) == {"OR-2": ("orders/intake.py",)}
    assert docs.named(small)["OR-4"] == {"orders/intake.py"}


def test_the_page_of_rules_says_state_place_and_proof(small):
    rows = [line for line in docs.rules_page(small).splitlines() if line.startswith("| OR-")]
    assert rows == [
        "| OR-2 | Once. | in part: never twice | [orders.intake](../orders/intake.py) "
        "| [test_all](../tests/test_all.py): the same file twice changes nothing |",
        "| OR-7 | Never silent. | open | | |",
    ]


def test_the_page_of_states_draws_every_machine():
    page = docs.states_page(ROOT)
    for _module, _name, machine in docs.machines(ROOT):
        for action, (sources, target) in machine.moves.items():
            assert all(f"    {source} --> {target}: {action}\n" in page for source in sources)
    assert "## order (`orders.states.ORDER`)" in page
    assert "| ship | unpaid, paid, part_shipped | shipped |" in page
    assert "    [*] --> open\n" in page
    assert "    closed --> [*]\n" in page


def test_the_check_names_the_stale_page_and_writes_nothing(small, settings, capsys):
    settings.BASE_DIR = small
    with pytest.raises(CommandError, match=r"docs/rules\.md"):
        call_command("render_docs", "--check")
    assert not (small / "docs/rules.md").exists()
    call_command("render_docs")
    call_command("render_docs", "--check")
    assert capsys.readouterr().out.splitlines()[-1] == "All generated pages are current."
    (small / "docs/rules.toml").write_text('[chapters]\nOR = "Orders"\n[OR-2]\nwords = "New."\nstate = "done"\n')
    with pytest.raises(CommandError, match=r"^Not current: docs/rules\.md\. "):
        call_command("render_docs", "--check")
