from __future__ import annotations

import pytest
from django import forms
from django.http import QueryDict

from config.components.queries import chips
from config.gallery.forms import SampleDecision, SampleFilter, SampleForm
from tests.pages.test_components import SCRIPT, render


@pytest.fixture
def wrong_form() -> SampleForm:
    return SampleForm({"tier": "none-such", "unit": "es", "purpose": "Places"})


def test_error_summary_links_to_each_wrong_field(wrong_form):
    html = render("{% postform form %}{% endpostform %}", form=wrong_form)
    assert '<a href="#id_name">Name of the AI system: This field is required.</a>' in html
    assert 'href="#id_tier_0"' in html
    assert "id_purpose_error" not in html


def test_wrong_field_is_tied_to_hint_and_error(wrong_form):
    html = render("{% field form.name %}", form=wrong_form)
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_error"' in html


def test_only_optional_fields_are_marked():
    html = render("{% fields form %}", form=SampleForm())
    assert html.count("(optional)") == 2


def test_choices_are_grouped_under_a_legend():
    html = render("{% field form.tier %}", form=SampleForm())
    assert "<fieldset" in html
    assert "<legend>Proposed tier" in html


def test_form_with_a_file_is_multipart():
    assert 'enctype="multipart/form-data"' in render(
        "{% postform f %}{% endpostform %}", f=SampleForm()
    )


def test_form_carries_the_csrf_token():
    assert "csrfmiddlewaretoken" in render("{% postform f %}{% endpostform %}", f=SampleForm())


def test_a_form_that_is_not_in_the_context_is_an_error():
    with pytest.raises(TypeError, match="in the context"):
        render("{% postform nothing %}{% endpostform %}")


def test_decision_names_the_digest_it_binds():
    html = render('{% decision f digest="abc123" %}{% enddecision %}', f=SampleDecision())
    assert "abc123" in html
    assert "Reason" in html


def test_confirm_asks_for_a_reason_without_a_script():
    html = render('{% confirm action="/revoke/" words="Revoke" %}{% endconfirm %}')
    assert "<details" in html
    assert 'name="reason"' in html
    assert "required" in html


def test_what_a_user_typed_comes_back_escaped():
    class Name(forms.Form):
        name = forms.CharField(max_length=3)

    html = render("{% postform f %}{% endpostform %}", f=Name({"name": SCRIPT}))
    assert "<script" not in html


def test_chip_removes_its_own_filter_only():
    query = QueryDict("q=job&tier=high&sort=-name&cursor=x")
    found = chips(query, SampleFilter(query))
    assert [(chip.label, chip.value) for chip in found] == [("Name", "job"), ("Tier", "High risk")]
    assert found[1].url == "?q=job&sort=-name"
