"""The sacred constants: budgets and response times that every package is held to."""

from typing import Final, NoReturn


class _Immutable(type):
    """A class whose attributes can be neither set nor deleted, and which has no instances."""

    def __setattr__(cls, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{cls.__name__}.{name} is a constant")

    def __delattr__(cls, name: str) -> NoReturn:
        raise AttributeError(f"{cls.__name__}.{name} is a constant")

    def __call__(cls, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError(f"{cls.__name__} holds constants and is never instantiated")


class SacredUIConstants(metaclass=_Immutable):
    """Budgets and response times of the architecture guide. Durations are milliseconds, memory is 10^6 bytes."""

    max_thompson_duration_ms: Final = 10.0
    """Budget of one ranking or batch."""
    max_memory_budget_mb: Final = 200.0
    """Budget of the footprint summed over the app's processes."""
    max_ui_frame_time_ms: Final = 16.0
    """Budget of one frame, key or tick to the terminal's write."""
    thompson_optimal_duration_ms: Final = 0.028
    """The guide's time per job."""
    thompson_performance_advantage: Final = 357.0
    """The guide's ratio of budget to time per job; ours is measured live."""
    immediate_response_ms: Final = 100
    """A key is answered within this."""
    fast_response_ms: Final = 300
    """A screen is switched within this."""
    acceptable_response_ms: Final = 1000
    """Past this a progress sign is shown."""
    real_time_refresh_ms: Final = 100
    dashboard_refresh_ms: Final = 1000
    """A dashboard that is not focused."""
    background_refresh_ms: Final = 5000
    """A dashboard that is hidden."""
