from django.db import migrations

AGREED = """
UPDATE promotions_pricecut SET state = 'agreed';
UPDATE promotions_claimrule SET at_checkout = true WHERE kind IN ('coupon', 'phone_order');
UPDATE promotions_claim SET at_checkout = true WHERE kind IN ('coupon', 'phone_order');
"""


class Migration(migrations.Migration):
    """What was entered before somebody had to agree holds; coupons and phone orders come off at the checkout."""

    dependencies = [("promotions", "0007_net_prices")]
    operations = [migrations.RunSQL(AGREED, migrations.RunSQL.noop)]
