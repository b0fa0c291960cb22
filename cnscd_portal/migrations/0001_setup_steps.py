from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SetupStep",
            fields=[
                (
                    "name",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="bước"),
                ),
                ("fingerprint", models.CharField(blank=True, max_length=64, verbose_name="dấu vân tay")),
                ("at", models.DateTimeField(auto_now=True, verbose_name="lúc")),
            ],
            options={"verbose_name": "bước cài đặt", "verbose_name_plural": "các bước cài đặt"},
        ),
    ]
