"""python -m tests.bench [--full] [NAME …]: measures OpsDesk on this machine, beside baselines of the same run.

On a database of its own on the server of DATABASE_URL; `python3 run.py bench` starts one. A target that is
missed is printed so; read the ratios, other figures are this machine's.
"""

import argparse
import os
from importlib import import_module
from time import perf_counter

NAMES = (
    "files", "addresses", "intake", "history", "lists", "sweep", "dispatch", "month", "refunds", "floors", "year",
    "conflicts",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(NAMES)}")
    parser.add_argument("--full", action="store_true", help="the large sizes: 100,000 orders onto 1,000,000")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    import django

    django.setup()
    from django.conf import settings

    settings.REACTIONS = {}  # what follows from an import is other workers' time
    database = import_module("tests.bench.database")
    began = perf_counter()
    with database.own() as name:
        print(f"{name}: {database.server()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
        for one in chosen.names or NAMES:
            import_module(f"tests.bench.{one}").run(full=chosen.full)
    print(f"done in {perf_counter() - began:.0f} s, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
