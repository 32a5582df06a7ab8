"""One tree, whose members carry facts, cross a process border and say how to exit."""

import pickle

import pytest

from v7core import errors
from v7core.errors import V7Error


def every(kind):
    return {kind}.union(*(every(child) for child in kind.__subclasses__()))


SAMPLES = [
    errors.InvalidValue("no"),
    errors.ConfigError("blend", "above 1"),
    errors.NotFound("no job"),
    errors.SourceError("acme", "odd"),
    errors.DnsError("acme", "no such name", temporary=True),
    errors.ConnectError("acme", "refused"),
    errors.TlsError("acme", "expired"),
    errors.FetchTimeout("acme", "total", after_s=20.0),
    errors.ProtocolError("acme", "short body"),
    errors.RedirectError("acme", "loop"),
    errors.BlockedError("acme", "private address", target="10.0.0.1"),
    errors.StatusError("acme", 500),
    errors.SourceGone("acme", 404),
    errors.RateLimited("acme", retry_after_s=7.0),
    errors.CredentialsError("acme", "refused", place="V7_ADZUNA_KEY"),
    errors.TooLarge("acme", "wire", limit=1000),
    errors.DecodeError("acme", "cut"),
    errors.ParseError("acme", "not JSON", at="line 1"),
    errors.SchemaError("acme", "expected a list", at="$"),
    errors.ChallengeError("acme", "a login page"),
    errors.StorageError(errors.StorageFault.FULL, "disk"),
    errors.ComputeError(errors.ComputeFault.CAPACITY, "pool"),
    errors.JobProcessingError("odd"),
    errors.EmptyBatch(),
    errors.BatchTooLarge(101, 100),
    errors.ProcessingTimeout(5.0),
    errors.PerformanceBudgetViolated(11.0),
    errors.SystemResourcesExhausted(),
]


def test_every_error_has_a_sample():
    """This file cannot forget one."""
    assert every(V7Error) - {V7Error} == {type(sample) for sample in SAMPLES}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: type(sample).__name__)
def test_errors_keep_their_facts_across_processes(sample):
    """Type, text and attributes survive a round trip."""
    copy = pickle.loads(pickle.dumps(sample))
    assert (type(sample), str(sample), vars(sample)) == (type(copy), str(copy), vars(copy))


def test_the_tree_is_drawn_whole():
    """The module docstring names every class."""
    assert [kind.__name__ for kind in every(V7Error) if kind.__name__ not in errors.__doc__] == []


def test_exit_codes_tell_the_classes_apart():
    """A script can tell a bad call from a failed source, store or engine."""
    assert {2, 3, 4, 5, 6} == {sample.exit_code for sample in SAMPLES}
