"""AS-6: what customers are told, ready to be sent; Chinese as it stands: only customers read it. Plain Python."""

_WANTED = {
    "refund_only": "退款申请",
    "return_refund": "退货退款申请",
    "exchange": "换货申请",
    "resend": "补发申请",
    "price_difference": "补差价申请",
    "cash_back": "返现申请",
}
_SLIPPED = {
    "review": "审核比我们承诺的时间慢了，专人正在加急处理",
    "review_unshipped": "审核比我们承诺的时间慢了，专人正在加急处理",
    "return": "我们还没有收到寄回的商品；如已寄出，请把物流单号告诉我们，如需延长时间请直接回复",
    "inspect": "商品验收比我们承诺的时间慢了，仓库正在加急处理",
    "pay": "已经审核通过，但办理比我们承诺的时间慢了，正在加急处理",
}


def slipped(kind: str, step: str) -> str:
    """Return the text for a customer whose refund takes longer than promised."""
    return f"您好，非常抱歉：您的{_WANTED[kind]}{_SLIPPED[step]}。有进展会第一时间告诉您，感谢您的耐心等待。"


def said(kind: str, state: str) -> str:
    """Return how a refund stands, in words for the customer."""
    wanted = _WANTED[kind]
    return {
        "asked": f"您的{wanted}已收到，正在审核。",
        "refused": f"您的{wanted}未能通过，原因请见下方；您可以补充说明后再次申请。",
        "agreed": f"您的{wanted}已同意。",
        "returning": "您寄回的商品正在路上，到仓后我们会尽快验收。",
        "received": "您寄回的商品已到仓，正在验收。",
        "inspected": "您寄回的商品已验收通过。",
        "granted": "退款已核准，正在付款。",
        "paid": "退款已付出，到账时间以支付渠道为准。",
        "sent": "商品已重新寄出，请留意物流信息。",
        "closed": f"您的{wanted}已关闭。",
        "withdrawn": f"您的{wanted}已撤销。",
    }[state]
