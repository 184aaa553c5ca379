from django.db import connection
from django.contrib.contenttypes.models import ContentType
def test_app(db):
    with connection.cursor() as c:
        c.execute("select current_user, current_database()")
        print(c.fetchone())
    ContentType.objects.create(app_label="x", model="y")
def test_a2(db):
    assert not ContentType.objects.filter(app_label="x").exists()
def test_c(committed_db, connect_as, celery_worker_process):
    ContentType.objects.create(app_label="x", model="y")
    n=connect_as("owner").execute("select count(*) from django_content_type where app_label='x'").fetchone()
    assert n==(1,)
def test_a3(db, live_server_x=None):
    assert not ContentType.objects.filter(app_label="x").exists()
def test_live(live_server):
    import httpx
    print(httpx.get(live_server.url).status_code)
