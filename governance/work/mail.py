from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from governance.work.kinds import register
from governance.work.models import Notification
from governance.work.runner import Run


@register("work.mail_notification", max_attempts=5)
def mail_notification(run: Run) -> None:
    notice = Notification.objects.select_related("person").get(pk=run.arguments["notification"])
    if notice.mailed_at is not None or not notice.person.is_active:
        return
    link = f"{settings.PUBLIC_URL}{notice.url}"
    EmailMessage(notice.title, f"{notice.text}\n\n{link}\n", to=[notice.person.email]).send()
    Notification.objects.filter(pk=notice.pk).update(mailed_at=timezone.now())
