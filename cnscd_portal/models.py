"""What the installation itself has to remember."""

from django.db import models


class SetupStep(models.Model):
    """A step of the set-up that is done once, or again when what it reads has changed: areas loaded, demo loaded."""

    name = models.CharField("bước", max_length=40, primary_key=True)
    fingerprint = models.CharField("dấu vân tay", max_length=64, blank=True)
    at = models.DateTimeField("lúc", auto_now=True)

    class Meta:
        verbose_name = "bước cài đặt"
        verbose_name_plural = "các bước cài đặt"
