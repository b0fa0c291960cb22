from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "Hoạt động và báo cáo"

    def ready(self) -> None:
        from activities import catalogue

        post_migrate.connect(catalogue.load, sender=self)
