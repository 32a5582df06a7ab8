"""For tests: samples of every value, a fake of every port, and each port's contract as a suite.

An implementation runs a contract by subclassing it and giving it the fixture `subject`:

    class TestMyStore(JobStoreContract):
        @pytest.fixture
        def subject(self): return MyStore()

The suites need pytest-asyncio in auto mode; this package itself imports the standard library only.
"""
