"""PR-14: what the checker's answers say: a sentence per check that passed, and one per problem."""

from typing import Any

from django.utils.translation import gettext_lazy as _

CHECKS: dict[str, tuple[Any, Any]] = {
    "days": (_("Days of the month"), _("{events} brand days, each on its days")),
    "months": (_("Every month"), _("{events} brand days in {months} months")),
    "all_shops": (_("All shops together"), _("{shops} shops take part in each of {events} brand days")),
    "goal": (_("Goal"), _("goal ¥{goal} is {share} % of the year's sales; targets of the shops ¥{targets}")),
    "budget": (_("Budget"), _("¥{budget} of at most ¥{most}; ¥{spread} given to brand days")),
    "spread": (_("Spread of the budget"), _("the largest of {events} shares is {share} %")),
    "volume": (_("Cost of the offers"), _("planned volume ¥{planned}, double volume ¥{double}")),
    "depth": (_("Depth of prices"), _("{offers} prices, the lowest {lowest} % of list")),
    "overlaps": (_("One price at a time"), _("{events} brand days and {grants} other promises compared")),
    "flash_models": (_("Half-price models"), _("{found} of {wanted} models in the year")),
    "flash_price": (_("Half price"), _("{offers} offers at half of list")),
    "eligible": (_("Who may offer what"), _("{places} places of offers, all entitled")),
    "trials": (_("Free trials"), _("{found} of at most {most} in the year")),
    "launches": (_("New models"), _("{launches} launches, {offers} offers of new models")),
    "cashback": (_("Cash-back for reviews"), _("{quota} times in the year")),
    "show_order": (
        _("Show-your-order rewards"),
        _("{quota} times in the year, {percent} % of them on the leading platform"),
    ),
    "coupons": (_("Coupons"), _("{offers} kinds, given out before the brand day")),
    "phone": (_("Phone orders"), _("{offers} offers")),
    "amusements": (_("Draws, gifts, auctions"), _("{draws} draws at {events} brand days")),
    "tail": (_("End of line"), _("{offers} offers")),
    "themes": (_("Themes"), _("{themes} themes for {events} brand days")),
    "festivals": (_("Festivals"), _("{found} of {wanted} festivals, each applied for by itself")),
    "channels": (_("Parts of the channels"), _("leading ¥{lead}, following ¥{follow}, supporting ¥{support}")),
    "true_list": (_("Honest list prices"), _("{offers} prices, none raised within {days} days before")),
    "stock": (_("Stock"), _("{pieces} pieces for {events} brand days, settled in time")),
    "floors": (_("Price floors"), _("{prices} prices with everything taken off")),
    "capacity": (
        _("Installation afterwards"),
        _("up to {planned} installations a day after a brand day, {can} are possible"),
    ),
}
"""By check: its name, and what it says when nothing is wrong."""

PROBLEMS: dict[str, Any] = {
    "other_year": _("{event}: {starts_on} does not lie in {year}"),
    "wrong_days": _("{event}: begins on {starts_on} for {days} days; it must begin on the {first_day}th for {wanted}"),
    "too_long": _("{event}: extended by {extra} days, at most {most} are allowed"),
    "extended_without_reason": _("{event}: extended by {extra} days without a reason"),
    "month_missing": _("month {month} has no brand day"),
    "month_twice": _("month {month} has {events} brand days"),
    "shops_missing": _("{event}: {missing} shops have no target ({shops})"),
    "goal_low": _("goal ¥{goal} is {share} % of the year's sales; at least ¥{least} is wanted"),
    "targets_low": _("the shops' targets come to ¥{targets}, ¥{gap} less than the goal"),
    "budget_high": _("¥{budget} is {share} % of the promotion budget; at most ¥{most} is allowed"),
    "events_over_budget": _("the brand days get ¥{spread}, ¥{over} more than there is"),
    "no_budget": _("{event}: has no budget"),
    "one_takes_all": _("{event}: ¥{budget} is more than its share of the year (¥{most})"),
    "offer_over_budget": _("{event}, {kind} {product}: costs ¥{cost} when its quota is taken, but has ¥{budget}"),
    "offers_over_event": _("{event}: its offers have ¥{offers}, the brand day ¥{budget}"),
    "double_over_event": _("{event}: double volume would cost ¥{double}, ¥{gap} more than its budget; quotas hold it"),
    "price_missing": _("{event}, {kind} {product}: model, price or list price is missing"),
    "list_missing": _("{event}, {kind} {product}: no list price on {day}"),
    "not_a_hero": _("{event}, {kind} {product}: not a hero model on {day}"),
    "too_deep": _(
        "{event}, {kind} {product}: ¥{price} is {share} % of list ¥{list_price}; not below ¥{least} ({limit})"
    ),
    "offered_twice": _("{event}, {kind} {product}: {shop} offers it already ({other})"),
    "other_promise": _("{event}, {kind} {product}: another promise of ¥{price} runs at the same time"),
    "flash_count": _("{event}: {found} half-price models, {wanted} are planned"),
    "flash_year": _("{found} half-price models in the year, {wanted} are planned"),
    "flash_low": _("{event}, {kind} {product}: ¥{price} is less than half of list (¥{half})"),
    "flash_not_half": _("{event}, {kind} {product}: ¥{price} is more than half of list (¥{half})"),
    "no_shop": _("{event}, {kind} {product}: no shop offers it"),
    "not_entitled": _("{event}, {kind} {product}: {shop} may not offer this ({platform}, {mode})"),
    "trial_shops": _("{event}: free trials in {found} shops, at most {most} are allowed"),
    "trial_model": _("{event}, {kind} {product}: only hero and new models are tried for free"),
    "trials_many": _("{found} free trials in the year, at most {most} are allowed"),
    "launch_outside": _("{product} is to appear on {day}, which is no brand day"),
    "launch_undated": _("{event}, {kind} {product}: the model has no day of launch yet"),
    "launch_other_day": _("{event}, {kind} {product}: the model appears on {day}"),
    "amount_outside": _("{event}, {kind} {product}: ¥{amount} each; ¥{least} to ¥{most} are allowed"),
    "quota_missing": _("{event}, {kind} {product}: has no quota"),
    "cashback_many": _("{event}: cash-back for {found} customers, at most {most} are allowed"),
    "show_order_share": _("{event}: {percent} % of the show-your-order rewards are for {platform}, at most {most} %"),
    "coupon_without_model": _("{event}, {kind}: a coupon belongs to a model"),
    "coupon_late": _("{event}, {kind} {product}: given out on {day}, but the brand day begins on {starts_on}"),
    "kind_missing": _("{event}: {kind} is missing"),
    "auctions_few": _("{event}: {found} auctions a month, {least} are planned"),
    "not_a_tail": _("{event}, {kind} {product}: not marked as end of line on {day}"),
    "tail_low": _("{event}, {kind} {product}: ¥{price} is below ¥{least} ({limit})"),
    "no_limit": _("{event}, {kind} {product}: no price rule says how low it may go in {shops}"),
    "theme_missing": _("{event}: has no theme"),
    "theme_twice": _("{event}: the theme “{theme}” is used twice"),
    "festival_wrong": _("{event}: festival “{festival}”, but this month's is “{wanted}”"),
    "application_needed": _("{event}: {festival} needs an application of its own"),
    "application_open": _("{event}: the application for {festival} has not been made yet"),
    "lead_missing": _("{event}: {platform} leads and has no target"),
    "parts_reversed": _("{event}: leading ¥{lead}, following ¥{follow}, supporting ¥{support}: not in this order"),
    "raised_first": _("{event}, {kind} {product}: list price raised from ¥{before} to ¥{list_price} only on {day}"),
    "never_charged": _("{event}, {kind} {product}: sold for ¥{best} at most lately, never at list ¥{list_price}"),
    "stock_late": _("{event}: stock settled by {stock_by}; it must be {days} days before, by {latest}"),
    "stock_short": _("{event}, {kind} {product}: {stock} pieces for a quota of {quota}"),
    "below_floor": _("{event}, {kind} {product}: ¥{net} with everything off, floor ¥{floor} ({shops})"),
    "below_floor_after": _(
        "{event}, {kind} {product}: ¥{net} once cash-back and rewards are paid back, floor ¥{floor} ({shops})"
    ),
    "capacity_short": _(
        "{event}: {sold} to be installed, up to {planned} a day ({usual} of them ordinary ones), {can} are possible; "
        "from {day} on {late} will be late"
    ),
    "capacity_far": _(
        "{event}: {sold} to be installed, up to {planned} a day ({usual} of them ordinary ones), {can} are possible; "
        "from {day} on {late} will be late, and {left} are not done after {days} days"
    ),
    "capacity_partly": _(
        "{event}: {sold} to be installed, up to {planned} a day ({usual} of them ordinary ones), {can} are known to be "
        "possible; from {day} on {late} would be late, but {unknown} of {all} installers have no capacity entered"
    ),
    "capacity_regions": _(
        "{event}: enough installers in all, but not in {count} regions; from {day} on installations there will be late "
        "(a day: wanted/possible): {regions}"
    ),
    "capacity_unknown": _(
        "{event}: up to {sold} pieces to be installed; could not be checked: for some of these days no installer has "
        "a capacity entered"
    ),
    "deadline_unknown": _(
        "{event}: up to {sold} pieces to be installed; could not be checked: no deadline of installation is in force"
    ),
}
"""By problem: what does not hold, with its numbers."""

LEVELS: dict[str, Any] = {"pass": _("passed"), "warn": _("look at it"), "stop": _("stop")}
