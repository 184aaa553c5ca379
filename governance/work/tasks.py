from __future__ import annotations

from celery import shared_task

from governance.work import runner


@shared_task(name="work.run_job", acks_late=True, reject_on_worker_lost=True)
def run_job(job_id: str) -> str:
    return runner.run(job_id)
