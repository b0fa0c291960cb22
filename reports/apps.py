from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Số liệu"

    def ready(self) -> None:
        from reports import catalogue

        post_migrate.connect(catalogue.load, sender=self)
