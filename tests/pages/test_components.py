from __future__ import annotations

import re

import pytest
from django.template import engines
from django.test import RequestFactory

from config.components.badges import result_words
from config.components.drawings import scale, segments, sparkline
from config.components.grids import cell
from config.components.times import when
from config.gallery.samples import SAMPLES
from governance.assessment.rules.nodes import Node, join_all

SCRIPT = "<script>alert(1)</script>"
EVIDENCE = "0192f3aa-7b60-7c11-9a55-0000a1b2c3d4"


def render(source: str, query: str = "", **context: object) -> str:
    request = RequestFactory().get(f"/systems/{query}")
    return engines["django"].from_string("{% load ui %}" + source).render(context, request)


def test_badge_is_icon_and_word_and_tone():
    html = render('{% badge "good" "satisfied" %}')
    assert 'class="badge good"' in html
    assert "<svg" in html
    assert "satisfied" in html


def test_unknown_tone_is_refused():
    with pytest.raises(ValueError, match="choose one of"):
        render('{% badge "greenish" "satisfied" %}')


@pytest.mark.parametrize(
    "source",
    [
        '{% badge "good" x %}',
        "{% digest x %}",
        "{% evidence x %}",
        "{% person x x %}",
        '{% card x url="/a" link=x %}{{ x }}{% endcard %}',
        '{% notice "bad" x %}{{ x }}{% endnotice %}',
        '{% task title=x url="/a" words=x note=x due=x %}',
        "{% facts rows %}",
        "{% timeline entries %}",
        "{% why node %}",
        "{% emptystate x what=x why=x url=x action=x %}{{ x }}{% endemptystate %}",
        "{% job j %}",
        "{% heatmap columns grid caption=x %}",
        '{% th x sort="x" %}{% datatable x csv_url=x %}{% enddatatable %}',
        "{% confirm action=x words=x label=x %}{{ x }}{% endconfirm %}",
        "{% chart src=x alt=x caption=x %}{{ x }}{% endchart %}",
        "{% snippet label=x %}{{ x }}{% endsnippet %}",
        "{% counts states %}{% statebar states label=x legend=True %}",
    ],
)
def test_markup_in_a_value_is_escaped(source):
    html = render(
        source,
        x=SCRIPT,
        rows=[(SCRIPT, SCRIPT)],
        entries=[{"at": None, "words": SCRIPT, "state": SCRIPT, "tone": "good", "who": SCRIPT}],
        node={
            "label": SCRIPT,
            "form": SCRIPT,
            "state": SCRIPT,
            "sentence": SCRIPT,
            "evidence": [SCRIPT],
        },
        j={"label": SCRIPT, "state": SCRIPT, "text": SCRIPT, "error": SCRIPT, "result_url": SCRIPT},
        columns=[SCRIPT],
        grid=[{"label": SCRIPT, "cells": [{"value": 1, "title": SCRIPT, "url": SCRIPT}]}],
        states=[{"tone": "good", "words": SCRIPT, "count": 1, "url": SCRIPT}],
    )
    assert "<script" not in html
    assert "&lt;script&gt;" in html


BODY = {
    "applicability": "applicable",
    "determination": "not-satisfied",
    "reason": None,
    "conclusion": {"state": "none"},
    "exception": None,
}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"tone": "wait", "words": "not yet due"}, ("wait", "not yet due")),
        (BODY, ("bad", "not satisfied")),
        (BODY | {"applicability": "inherited"}, ("bad", "not satisfied (inherited)")),
        (
            {"tone": "good", "words": "satisfied", "body": {"applicability": "inherited"}},
            ("good", "satisfied (inherited)"),
        ),
    ],
)
def test_result_is_worded_by_the_rules_and_says_that_it_is_inherited(result, expected):
    assert result_words(result) == expected


def test_scale_places_value_interval_and_threshold():
    drawn = scale("0.52", "0.50", "0.54", "0.80", ">=")
    assert drawn is not None
    assert drawn.value.x == "52.00%"
    assert (drawn.lower, drawn.upper) == ("50.00%", "54.00%")
    assert drawn.threshold is not None
    assert drawn.threshold.x == "80.00%"
    assert (drawn.zone_left, drawn.zone_width) == ("80.00%", "20.00%")
    assert drawn.tone == "bad"


def test_scale_judges_by_the_bound_that_is_used():
    by_point = scale("0.82", "0.78", "0.86", "0.80", ">=")
    by_bound = scale("0.82", "0.78", "0.86", "0.80", ">=", use="lower")
    assert by_point is not None
    assert by_bound is not None
    assert (by_point.tone, by_bound.tone) == ("good", "bad")


@pytest.mark.parametrize("value", [None, "NaN", "Infinity", "many", True])
def test_nothing_is_drawn_for_what_is_no_number(value):
    html = render("{% scale value=value threshold=1 comparator='<' %}", value=value)
    assert "<svg" not in html
    assert "no value" in html


def test_value_beyond_the_line_stands_at_its_end():
    drawn = scale("1.7", low=0, high=1)
    assert drawn is not None
    assert drawn.value.x == "100.00%"
    assert drawn.value.words == "1.7"


def test_unknown_comparator_is_refused():
    with pytest.raises(ValueError, match="comparator"):
        scale("1", threshold="2", comparator="~")


def test_stacked_bar_is_full_and_says_its_counts():
    items = [
        {"tone": "good", "words": "satisfied", "count": 1},
        {"tone": "bad", "words": "failed", "count": 3},
    ]
    assert [part.width for part in segments(items)] == ["25.000%", "75.000%"]
    assert 'aria-label="MAP: 1 satisfied, 3 failed"' in render(
        '{% statebar i label="MAP" %}', i=items
    )


def test_stacked_bar_of_nothing_is_empty():
    assert [part.width for part in segments([{"tone": "good", "words": "x", "count": 0}])] == [
        "0.000%"
    ]


def test_sparkline_leaves_a_gap_for_a_missing_value():
    assert len(sparkline([1, 2, None, 3, 4]).runs) == 2
    assert sparkline([None, "NaN"]).last is None


@pytest.mark.parametrize(
    ("value", "level"), [("0.09", "0"), ("0.1", "1"), ("0.2", "2"), ("0.25", "3")]
)
def test_heat_of_a_cell_follows_the_customary_bounds(value, level):
    assert cell({"value": value}, 2).level == level


def test_cell_without_a_value_is_no_data_and_never_no_drift():
    shown = cell({"value": None}, 2)
    assert (shown.level, shown.words, shown.title) == ("x", "–", "no data")


def test_why_tree_names_state_evidence_and_join_of_every_node():
    html = render("{% why node %}", node=SAMPLES["requirement"]["why"])
    assert "All of these must hold: 2 hold, 2 fail." in html
    assert "One of these must hold: 1 holds, 1 is missing." in html
    assert html.count("<span>fails</span>") == 2
    assert "EV-a1b2c3d4" in html
    assert "required at least 0.80" in html


def test_why_tree_draws_what_the_rules_really_give():
    node = Node("rule.0", "Recall", "criterion", "fails", "Recall is 0.40.", [EVIDENCE])
    node.details = {
        "value": "0.40",
        "threshold": "0.50",
        "comparator": ">=",
        "freshUntil": "2027-05-02T00:00:00Z",
    }
    html = render("{% why node %}", node=join_all("rule", "All of these", "all", [node]).as_json())
    assert "All of these must hold: 1 fails." in html
    assert "required at least 0.50" in html
    assert "2 May 2027" in html


def test_time_is_written_out_in_utc():
    assert ">3 Nov 2026, 10:04 UTC</time>" in when("2026-11-03T11:04:00+01:00")
    assert 'datetime="2026-11-03T10:04:00Z"' in when("2026-11-03T11:04:00+01:00")
    assert "no date" in when(None)
    assert "no date" in when("yesterday")


def test_digest_shows_ends_and_keeps_the_whole():
    html = render("{% digest d %}", d="sha256:" + "ab" * 32)
    assert "abababab…abab" in html
    assert f'data-copy="sha256:{"ab" * 32}"' in html


@pytest.mark.urls("tests.pages.gallery_urls")
def test_evidence_links_to_its_page():
    html = render("{% evidence id %}", id=EVIDENCE)
    assert f'href="/evidence/{EVIDENCE}/"' in html
    assert "EV-a1b2c3d4" in html


def test_sort_link_keeps_filters_and_starts_paging_again():
    html = render('{% th "Name" sort="name" %}', "?tier=high&sort=name&cursor=abc")
    assert 'aria-sort="ascending"' in html
    assert re.search(r'href="\?tier=high&amp;sort=-name"', html)


def test_pager_and_csv_keep_the_query():
    html = render(
        '{% pager next="n" %}{% datatable "A" csv_url="/a.csv" %}{% enddatatable %}', "?tier=high"
    )
    assert 'href="?tier=high&amp;cursor=n"' in html
    assert 'href="/a.csv?tier=high"' in html


def test_active_job_asks_again_and_a_finished_one_does_not():
    running = {
        "label": "Run",
        "state": "running",
        "progress": {"done": 3, "total": 10, "text": "rows"},
    }
    html = render('{% job j poll_url="/jobs/1/" %}', j=running)
    assert 'hx-get="/jobs/1/"' in html
    assert 'value="3" max="10"' in html
    assert "hx-get" not in render('{% job j poll_url="/jobs/1/" %}', j=running | {"state": "done"})


def test_snippet_loses_common_indentation_only():
    html = render("{% snippet %}\n    a\n      b\n{% endsnippet %}")
    assert "<code>a\n  b</code>" in html
