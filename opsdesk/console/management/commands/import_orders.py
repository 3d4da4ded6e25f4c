import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from channels.operations import shops
from opsdesk.entry.command import DeskCommand
from orders.operations import imports
from orders.queries import preview


class Command(DeskCommand):
    help = "Take a marketplace's export file in: orders, lines, rejected rows. Doing it twice changes nothing (OR-2)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--shop", required=True, metavar="CODE", help="the shop that the file was exported from")
        parser.add_argument(
            "--create-shop", metavar="PLATFORM", help="create the shop on this platform if it is unknown"
        )
        parser.add_argument("--dry-run", action="store_true", help="read and report only; nothing is written")
        parser.add_argument("--json", action="store_true", help="the summary as one JSON object")

    def run(self, **options: Any) -> str:
        path, began = options["file"], perf_counter()
        content = imports.content_of(path)
        if options["dry_run"]:
            seen = preview.look(content, name=path.name, shop_code=options["shop"], most_rejects=20)
            summary = preview.as_summary(seen)
        else:
            shop = shops.known_or_created(
                options["shop"], platform=options["create_shop"] or "", by=self.by, at=self.at
            )
            source = imports.hold(shop.pk, name=path.name, content=content, by=self.by, at=self.at)
            source = imports.run(source.pk, by=self.by, at=self.at, tell=self._progress)
            if sys.stderr.isatty():
                self.stderr.write("")
            imports.must_be_done(source)
            summary = imports.as_summary(source)
        summary["seconds"] = round(perf_counter() - began, 3)
        return json.dumps(summary, ensure_ascii=False) if options["json"] else _text(summary)

    def _progress(self, rows: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write("\r" + _("%(rows)d rows read …") % {"rows": rows}, ending="")


def _text(summary: dict[str, Any]) -> str:
    orders = summary["orders"]
    words = [
        _("%(rows)d rows read in %(seconds)s s") % summary,
        _("orders: %(new)d new, %(updated)d updated, %(unchanged)d unchanged") % orders,
        _("refunds: %(new)d new, %(updated)d updated, %(unchanged)d unchanged") % summary["refunds"],
        _("lines: %(lines)d, rejected rows: %(rejected)d, items to map: %(unmapped_items)d") % summary,
    ]
    return "\n".join(words)
