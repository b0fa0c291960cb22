"""Work that outlives a request. Tasks run again when a worker dies; what they call is safe to run twice."""

from celery import shared_task

from imports import actions


@shared_task
def run_batch(batch_id: int) -> None:
    actions.run_batch(batch_id)
