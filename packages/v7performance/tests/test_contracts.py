"""Every class of ours that stands behind a port keeps the port's contract."""

import pytest

from v7core.registry import MonitoringSystemRegistry
from v7core.testing import contracts
from v7core.testing.fakes.measuring import FixedClock, MemoryHistory
from v7performance import LocalLoadLevel, ProductionMetricsDashboard, ProductionPerformanceMonitor


class TestMonitorRecords(contracts.RecorderContract):
    """The monitor as a `Recorder`."""

    @pytest.fixture
    def subject(self):
        return ProductionPerformanceMonitor()


class TestMonitor(contracts.PerformanceMonitoringContract):
    """The monitor as a `PerformanceMonitoring`."""

    @pytest.fixture(params=["system clock", "fixed clock"])
    def subject(self, request):
        return ProductionPerformanceMonitor(clock=FixedClock() if request.param == "fixed clock" else None)


class TestDashboard(contracts.DashboardDataSourceContract):
    """The dashboard over a fresh monitor, with and without a store."""

    @pytest.fixture(params=["kept", "in memory"])
    def subject(self, request):
        registry = MonitoringSystemRegistry()
        registry.register_performance_monitor(ProductionPerformanceMonitor())
        return ProductionMetricsDashboard(registry, history=MemoryHistory() if request.param == "kept" else None)


class TestLoad(contracts.LoadLevelContract):
    """The load level of one process."""

    @pytest.fixture
    def subject(self):
        return LocalLoadLevel()
