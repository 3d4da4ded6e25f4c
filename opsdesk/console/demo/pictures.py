"""Small drawings that stand for the installers' photos."""

import io
from functools import cache

from PIL import Image, ImageDraw

_SIZE = (320, 240)
_TILE, _JOINT, _METAL, _WHITE, _LAMP = "#dfe7ec", "#c3ced6", "#8a97a3", "#f7f9fa", "#2fa86b"
_BODIES = {"即热": (120, 40, 200, 170), "储水": (50, 60, 270, 140), "多模": (40, 50, 280, 160)}


@cache
def of(series: str) -> bytes:
    """Return a drawing of a heater of this series on a tiled wall, as JPEG."""
    picture = Image.new("RGB", _SIZE, _TILE)
    pen = ImageDraw.Draw(picture)
    for x in range(0, _SIZE[0], 40):
        pen.line((x, 0, x, _SIZE[1]), fill=_JOINT)
    for y in range(0, _SIZE[1], 40):
        pen.line((0, y, _SIZE[0], y), fill=_JOINT)
    left, top, right, bottom = _BODIES.get(series, _BODIES["即热"])
    middle = (left + right) // 2
    for x in (middle - 20, middle + 14):
        pen.rectangle((x, bottom, x + 6, _SIZE[1]), fill=_METAL)
    pen.rounded_rectangle((left, top, right, bottom), radius=18, fill=_WHITE, outline=_METAL, width=3)
    pen.rounded_rectangle((middle - 22, bottom - 46, middle + 22, bottom - 26), radius=4, fill="#23303a")
    pen.ellipse((middle - 4, bottom - 18, middle + 4, bottom - 10), fill=_LAMP)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()
