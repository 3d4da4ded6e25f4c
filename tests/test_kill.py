"""Worker, broker and database are killed with SIGKILL in mid-work and started again: nothing lost, nothing doubled."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from opsdesk import embedded
from opsdesk.children import worker_pool
from tests.kill_scene import HOW_MANY

ROOT = Path(__file__).resolve().parent.parent
WHOLE = {
    "import": ["done", HOW_MANY, 0, 0, 0],
    "orders": HOW_MANY,
    "customers": HOW_MANY,
    "jobs": HOW_MANY,
    "job_states": ["offered"],
    "offers": HOW_MANY,
    "timers": 2 * HOW_MANY,
    "missed": HOW_MANY // 2,
    "entered": HOW_MANY,
    "opened": HOW_MANY,
    "offered": HOW_MANY,
}


class Stage:
    """The product's processes on servers of their own."""

    def __init__(self, servers: embedded.Servers, folder: Path) -> None:
        self.servers, self.folder = servers, folder
        self.env = {
            **os.environ,
            **servers.urls(),
            "DEBUG": "1",
            "EMAIL_URL": f"filemail:///{folder / 'mail'}",
            "MEDIA_ROOT": str(folder / "media"),
            "PYTHONPATH": str(ROOT),
            "LOG_LEVEL": "WARNING",
        }
        self.worker: subprocess.Popen[bytes] | None = None

    def scene(self, what: str) -> dict[str, object]:
        done = subprocess.run(
            [sys.executable, "-m", "tests.kill_scene", what], env=self.env, cwd=ROOT, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()[-3000:]
        return json.loads(done.stdout)

    def manage(self, *words: str) -> None:
        subprocess.run([sys.executable, "manage.py", *words], env=self.env, cwd=ROOT, check=True, capture_output=True)

    def start_worker(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "opsdesk", "worker", "-c", "2", "-P", worker_pool()]
        log = (self.folder / "worker.log").open("ab")
        self.worker = subprocess.Popen(command, env=self.env, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        log.close()

    def kill_worker(self) -> None:
        assert self.worker
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker.wait()

    def kill_worker_when(self, true: str) -> None:
        """Kill the worker the moment this statement finds a row."""
        with psycopg2.connect(host=str(self.servers.sockets), user="opsdesk", dbname="opsdesk") as line:
            line.autocommit = True
            cursor, end = line.cursor(), time.monotonic() + 120
            while time.monotonic() < end:
                cursor.execute(true)
                if cursor.fetchone():
                    break
                time.sleep(0.01)
        line.close()
        self.kill_worker()

    def kill(self, name: str) -> None:
        """Kill a server and bring it back over the same data, as a supervisor would."""
        child = next(child for child in self.servers.children if child.name == name)
        os.kill(child.process.pid, signal.SIGKILL)
        child.process.wait()
        time.sleep(1)
        child.start()
        end = time.monotonic() + 60
        while not self.answers(name):
            assert time.monotonic() < end, name
            time.sleep(0.1)

    def answers(self, name: str) -> bool:
        """Whether a server takes work again: PostgreSQL first recovers what the kill interrupted."""
        if name != embedded.POSTGRES:
            return self.servers.ready(name)
        try:
            psycopg2.connect(host=str(self.servers.sockets), user="opsdesk", dbname="opsdesk").close()
        except psycopg2.OperationalError:
            return False
        return True

    def until(
        self, what: str, true: Callable[[dict[str, object]], bool], *, nudging: bool = False
    ) -> dict[str, object]:
        end = time.monotonic() + 120
        while not true(counts := self.scene("count")):
            assert time.monotonic() < end, (what, counts, (self.folder / "worker.log").read_text()[-3000:])
            if nudging:
                self.scene("nudge")
            time.sleep(0.5)
        return counts


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    try:
        wheels = embedded_wheels()
    except ImportError:
        pytest.skip("the embedded servers are not installed: there is nothing here that may be killed")
    with embedded.throw_away(wheels, (embedded.POSTGRES, embedded.VALKEY), safe=True) as servers:
        made = Stage(servers, tmp_path)
        made.manage("migrate", "-v0")
        yield made
        if made.worker and made.worker.poll() is None:
            made.kill_worker()


def embedded_wheels() -> Path:
    import importlib.util

    found = importlib.util.find_spec(embedded.PACKAGES[embedded.POSTGRES])
    if found is None or found.origin is None:
        raise ImportError(embedded.PACKAGES[embedded.POSTGRES])
    return Path(found.origin).parent.parent


def test_or_3_kill_any_process_at_any_moment_and_nothing_is_lost_and_nothing_doubled(stage: Stage):
    stage.scene("set_up")
    stage.start_worker()
    stage.kill_worker_when("SELECT 1 FROM orders_import WHERE cursor > 0")
    counts = stage.scene("count")
    assert counts["import"][0] == "running"
    assert 0 < counts["orders"] < HOW_MANY
    stage.scene("age")
    stage.start_worker()
    stage.scene("nudge")
    stage.until("the import goes on", lambda now: now["import"][0] == "done" or now["cursor"] > 5000)
    stage.kill(embedded.VALKEY)
    stage.until("jobs are opened", lambda now: now["jobs"] > 0, nudging=True)
    stage.kill(embedded.POSTGRES)
    stage.scene("age")
    stage.until(
        "all is dispatched", lambda now: now["offers"] >= HOW_MANY and now["missed"] >= HOW_MANY // 2, nudging=True
    )
    stage.kill_worker()
    counts = stage.scene("count")
    assert {name: counts[name] for name in WHOLE} == WHOLE
    assert counts["mails"] <= 1
