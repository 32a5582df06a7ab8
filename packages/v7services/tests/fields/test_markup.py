"""Markup, feeds, XML and addresses: read as far as they go, nothing run, nothing fetched, nothing unsafe kept."""

# ruff: noqa: E501 - tables are read line by line

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from v7core.errors import ParseError, SchemaError
from v7core.text import clean_block
from v7services.fields.feeds import read_feed
from v7services.fields.html import _ORDINARY, MAX_MARKUP, _parsed, _simple, html_line, html_text
from v7services.fields.urls import address, safe_url
from v7services.fields.xml import inner, xml_document

markup = st.text(alphabet="<>/&;=\"' ablipscrt#x27\n", max_size=200)


def test_paragraphs_and_items_stay_apart():
    """As lines."""
    assert "Bake & sell.\n\n- Heat\n- Flour" == html_text("<p>Bake &amp; sell.</p><ul><li>Heat</li><li>Flour</li></ul>")


@pytest.mark.parametrize("escaped", ["<p>Bake <b>now</b></p>", "&lt;p&gt;Bake &lt;b&gt;now&lt;/b&gt;&lt;/p&gt;",
                                     "&amp;lt;p&amp;gt;Bake now&amp;lt;/p&amp;gt;"])  # fmt: skip
def test_markup_escaped_once_twice_or_not_at_all(escaped):
    """Sources do all three."""
    assert "Bake now" == html_text(escaped)


def test_a_line_added_to_an_escaped_description_does_not_leave_its_tags_in_the_text():
    """Seen at an aggregator: everything escaped but its own last line."""
    escaped = "&lt;h2&gt;Baker&lt;/h2&gt;&lt;p&gt;Bake &lt;b&gt;now&lt;/b&gt;, &lt;i&gt;daily&lt;/i&gt;.&lt;/p&gt;" * 2
    written = f"{escaped}<p>Find <a href='/'>jobs</a>"
    assert "Baker\n\nBake now, daily.\n\nBaker\n\nBake now, daily.\n\nFind jobs" == html_text(written)


def test_a_text_about_tags_keeps_them():
    """Escaped inside real markup."""
    assert "You write <b> and <i>" == html_text("<p>You write &lt;b&gt; and &lt;i&gt;</p>")
    kinds = ", ".join(f"list<k{n}>" for n in range(20))
    assert kinds == html_text(f"<p>{kinds.replace('<', '&lt;').replace('>', '&gt;')}</p>")


def test_nothing_of_a_script_is_text():
    """Nor of a style or a form."""
    assert "Bake" == html_text(
        "<script>alert(1)</script><style>p{}</style><p onclick='x'>Bake</p><textarea>x</textarea>"
    )


@given(markup)
def test_no_markup_raises_and_the_text_is_inert(written):
    """Lines that can be printed."""
    assert all(line.isprintable() for line in html_text(written).split("\n"))
    assert html_line(written).isprintable() or "\n" not in html_line(written)


ordinary = st.builds(
    "<{}{}>".format,
    st.sampled_from(sorted(_ORDINARY)) | st.sampled_from(["P", "BR", "td", "/td", "table", "pre", "!-- --", "/br", "x"]),
    st.sampled_from(["", "", "", "/", " /", ' class="b"', ' href="?a=1&amp;b=2" id="c"', ' title="a > b"', " x='>'", " x=y"]),
)  # fmt: skip
words = st.sampled_from(
    [
        "Bake",
        " bread",
        "&nbsp;",
        "&amp;",
        "&amp;lt;",
        "& ",
        "&",
        "&eacute;",
        "&#27;[31m",
        "  ",
        ">",
        '"',
        "<",
        "\0",
        "\x1b[1m",
        "é",
    ]
)


@given(st.lists(ordinary | words, max_size=30).map("".join))
@example("<b><p>Bake</b> bread</p>")
@example('<p title="a > b">Bake</p>')
def test_what_is_read_without_the_parser_is_what_the_parser_reads(written):
    """Whatever is left open, crossed or closed twice; None means that the parser has to look."""
    text = _simple(written)
    assert text is None or clean_block(_parsed(written)) == clean_block(text)


def test_ordinary_markup_needs_no_parser():
    """Or the shortcut would be none."""
    written = '<p class="a">Bake &amp; <b>sell</b></p><ul><li>daily</li></ul><table>'
    assert "\nBake & sell\n\n\n- daily\n" == _simple(written.removesuffix("<table>"))
    assert _simple(written) is None


def test_the_work_is_bounded():
    """A document of nothing but attributes or tags is cut."""
    assert html_text("<p " + 'a="b" ' * 60_000 + ">Bake</p>") in ("", "Bake")
    assert len(html_text("<b>" * MAX_MARKUP)) <= MAX_MARKUP


FEEDS = {
    "rss": b"""<rss version="2.0"><channel><title>Jobs</title><item><title>Baker &amp;amp; Seller</title><link>https://a.example/1</link>
        <guid>1</guid><pubDate>Tue, 17 Nov 2026 08:30:00 GMT</pubDate><description>&lt;p&gt;Bake&lt;/p&gt;</description></item></channel></rss>""",
    "atom": b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Jobs</title><entry><id>1</id><title>Baker &amp;amp; Seller</title>
        <link href="https://a.example/1"/><published>2026-11-17T08:30:00Z</published><content>&lt;p&gt;Bake&lt;/p&gt;</content></entry></feed>""",
    "json": b"""{"version": "https://jsonfeed.org/version/1.1", "title": "Jobs", "items": [{"id": "1", "title": "Baker &amp; Seller",
        "url": "https://a.example/1", "date_published": "2026-11-17T08:30:00Z", "content_html": "<p>Bake</p>"}]}""",
}


@pytest.mark.parametrize("body", FEEDS.values(), ids=FEEDS)
def test_every_kind_of_feed_is_one_list(body):
    """The same item in three formats."""
    feed = read_feed(body, "feed")
    assert ("Jobs", "") == (feed.title, feed.damage)
    (item,) = feed.items
    assert ("1", "Baker & Seller", "https://a.example/1") == (item.id, item.title, item.link)
    assert "Bake" == html_text(item.html)
    assert item.published


def test_what_is_no_feed_says_so():
    """With a type."""
    with pytest.raises(SchemaError):
        read_feed(b"<html><body>Jobs</body></html>", "feed")
    with pytest.raises(SchemaError):
        read_feed(b'{"jobs": []}', "feed")
    with pytest.raises(ParseError):
        read_feed(b"", "feed")


def test_a_document_with_entities_of_its_own_is_refused():
    """Only attacks have them."""
    with pytest.raises(ParseError):
        xml_document(b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "feed")


def test_a_damaged_document_is_read_as_far_as_it_goes_and_says_so():
    """So that nothing is closed for it."""
    root, damage = xml_document(b"<jobs><job><title>Baker</title></job><job><title>Sel", "feed")
    assert damage
    assert "Baker" == inner(root[0], "title")


@pytest.mark.parametrize(
    "written",
    ["javascript:alert(1)", "data:text/html,x", "ftp://a.example/x", "https://user:pass@a.example/", "https://a.example/\x1b[2J",
     "https://a.example/a b", "//a.example", "", "https://", 'https://a.example/"><script>', "\\\\a.example\\x"],
)  # fmt: skip
def test_unsafe_addresses_are_not_kept(written):
    """Not even to be shown."""
    assert safe_url(written) is None


def test_safe_addresses_are():
    """Relative ones against their page; foreign scripts as what they are."""
    assert "https://a.example/jobs/1" == safe_url("/jobs/1", base="https://a.example/careers")
    assert "https://xn--bcker-gra.example/" == safe_url("https://bäcker.example/")


@given(st.text(max_size=80))
def test_no_address_raises(written):
    """And what is kept can be printed."""
    kept = safe_url(written, base="https://a.example/")
    assert kept is None or (kept.isprintable() and kept.startswith(("http://", "https://")))
    address(written)
