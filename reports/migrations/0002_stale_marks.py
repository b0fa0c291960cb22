from django.db import migrations

from reports import stale


class Migration(migrations.Migration):
    """Triggers that mark what a change of a fact makes stale."""

    dependencies = [
        ("reports", "0001_initial"),
        ("members", "0002_links_and_history"),
        ("activities", "0003_history"),
    ]
    operations = [migrations.RunSQL(stale.install(), stale.remove())]
