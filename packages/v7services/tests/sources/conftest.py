"""The contract says what differs only when pytest may look into it."""

import sys

import pytest

if "v7services.testing.contract" not in sys.modules:  # another test folder may have asked for it already
    pytest.register_assert_rewrite("v7services.testing.contract")
