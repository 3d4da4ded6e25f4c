"""Why a customer wants his money back: from what platforms offer to choose from to the reasons of our own policies.

The platforms' texts change; words in them do not. What holds none of these words is "other": a person looks.
"""

from channels.connectors import cells

_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("missing_parts", ("少件", "漏发", "缺件", "少配件", "缺配件", "少发")),
    ("wrong_goods", ("发错", "错发", "与描述不符", "描述不符", "型号不符")),
    ("damage", ("破损", "损坏", "碰伤", "变形", "污渍")),
    ("quality", ("质量", "故障", "漏水", "漏电", "不加热", "性能", "做工", "瑕疵")),
    ("wrong_choice", ("拍错", "多拍", "选错", "买错", "拍多", "尺寸不合适", "地址填错", "信息填错")),
    ("price", ("差价", "降价", "价格", "优惠")),
    ("dislike", ("不喜欢", "不想要", "七天无理由", "7天无理由", "7 天无理由", "效果不好", "不满意")),
    ("not_shipped", ("未发货", "缺货", "未按约定时间发货", "没发货", "发货慢")),
)


def reason(said: str | None) -> str | None:
    """Return our reason for a platform's; None where it says nothing."""
    if said is None:
        return None
    said = cells.text(said)
    return next((code for code, words in _WORDS if any(word in said for word in words)), "other") if said else None
