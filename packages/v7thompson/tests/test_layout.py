from itertools import pairwise

import pytest

from v7core.document import DocumentField
from v7core.errors import InvalidValue
from v7thompson.layout import DIM, FIELDS, OFFSET, SIZE, field_of


def test_fields_fill_the_space_without_overlap():
    """Every bucket belongs to exactly one field, and every document field has a range."""
    assert set(DocumentField) == set(FIELDS)
    assert OFFSET[FIELDS[0]] == 0
    assert all(OFFSET[left] + SIZE[left] == OFFSET[right] for left, right in pairwise(FIELDS))
    assert DIM == OFFSET[FIELDS[-1]] + SIZE[FIELDS[-1]]


def test_sizes_are_powers_of_two():
    """A bucket is a mask of the hash, never a division."""
    assert all(size & (size - 1) == 0 for size in SIZE.values())


@pytest.mark.parametrize("field", DocumentField)
def test_first_and_last_bucket_name_their_field(field):
    """`field_of` inverts the offsets."""
    assert field is field_of(OFFSET[field])
    assert field is field_of(OFFSET[field] + SIZE[field] - 1)


@pytest.mark.parametrize("index", [-1, DIM, DIM + 1])
def test_a_bucket_outside_is_refused(index):
    """Never a wrong field for a wrong index."""
    with pytest.raises(InvalidValue):
        field_of(index)
