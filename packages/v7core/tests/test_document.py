"""The canonical document is a function of the posting, and a source cannot forge its marks."""

from hypothesis import given
from hypothesis import strategies as st

from v7core import DocumentField, Pay, PayPeriod, Seniority, canonical_document, clean_text, document_digest
from v7core.document import SEPARATOR, pay_band
from v7core.testing import samples


def read(document):
    """Fields of a document, by their marks."""
    fields, mark = {}, None
    for byte in document:
        if byte in set(DocumentField):
            mark = DocumentField(byte)
            fields[mark] = b""
        else:
            fields[mark] += bytes((byte,))
    return {mark: value.decode().split(SEPARATOR.decode()) for mark, value in fields.items()}


def test_every_field_is_found_under_its_mark():
    """What the engine reads is what the posting says."""
    posting = samples.posting(0, tags=("python", "nights"), departments=("Care",), seniority=Seniority.SENIOR)
    assert {
        DocumentField.TITLE: ["Night Nurse 0"],
        DocumentField.TAGS: ["python", "nights"],
        DocumentField.DEPARTMENT: ["Care"],
        DocumentField.COMPANY: ["Acme"],
        DocumentField.LOCATION: ["Berlin", "remote"],
        DocumentField.SENIORITY: ["senior"],
        DocumentField.SOURCE: ["greenhouse"],
        DocumentField.DESCRIPTION: [posting.text],
    } == read(canonical_document(posting))


@given(st.text(min_size=1))
def test_a_title_cannot_open_a_field(text):
    """Marks are control bytes, and cleaned text has none."""
    title = clean_text(text) or "x"
    fields = read(canonical_document(samples.posting(0, title=title)))
    assert [title] == fields[DocumentField.TITLE]
    assert fields[DocumentField.COMPANY] == ["Acme"]


def test_the_digest_changes_with_the_text_and_only_with_it():
    """It names the feature snapshot of a reaction."""
    one, two = samples.posting(0), samples.posting(0, text="Other")
    assert document_digest(canonical_document(one)) == document_digest(canonical_document(samples.posting(0)))
    assert document_digest(canonical_document(one)) != document_digest(canonical_document(two))
    assert document_digest(canonical_document(one)) == document_digest(canonical_document(samples.posting(0, url=None)))


def test_pay_bands():
    """Coarse, by currency, nothing where it is unknown."""
    assert pay_band(Pay(minimum=80_000, maximum=99_000, currency="USD", period=PayPeriod.YEAR)) == ("usd 80-100k",)
    assert pay_band(Pay(minimum=80_000, period=PayPeriod.YEAR)) == ()
    assert pay_band(None) == ()
