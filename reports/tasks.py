"""Tasks of the roll-up. The workers are told by the database when a mark is committed (`reports.listener`)."""

from celery import shared_task

from reports import rollup


@shared_task
def roll_up() -> None:
    """Folds what waits. Safe to run twice and by several workers at once."""
    rollup.fold_all()


@shared_task
def sweep() -> None:
    """For marks whose message was lost, and for the new day."""
    if rollup.needed():
        rollup.fold_all()
