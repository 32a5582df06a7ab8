"""The contract says what differs only when pytest may look into it."""

import pytest

pytest.register_assert_rewrite("v7services.testing.contract")
