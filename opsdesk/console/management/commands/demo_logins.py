from typing import Any

from django.utils.translation import override

from opsdesk.console.demo import people
from opsdesk.entry.command import DeskCommand


class Command(DeskCommand):
    help = "Print one login per role of the demo company, in Chinese."

    def run(self, **options: Any) -> str:
        with override("zh-hans"):
            rows = people.logins()
            if not rows:
                self.stderr.write("没有演示公司；请先运行 load_demo。")
                return ""
            table = [("角色", "用户名", "密码"), *rows]
            widths = [max(_width(row[column]) for row in table) for column in range(3)]
            return "\n".join("  ".join(map(_padded, row, widths)).rstrip() for row in table)


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
