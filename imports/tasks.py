"""Work that outlives a request. Tasks run again when a worker dies; what they call is safe to run twice."""

from celery import shared_task

from imports import actions


@shared_task
def run_batch(batch_id: int) -> None:
    actions.run_batch(batch_id)


@shared_task
def resume() -> None:
    """Starts batches again whose worker was killed: the broker would wait an hour before it delivers anew."""
    for batch_id in actions.abandoned():
        run_batch.delay(batch_id)
