"""`python -m v7services.testing FOLDER_OR_CASE ...`: what the adapters read of these cases, as `case.toml` spells it.

For writing an expectation down. Read it line by line against the fixture before it is kept: it shows what the adapter
does, not what it should do.
"""

import asyncio
import sys
from pathlib import Path

from v7services.catalogue import by_name
from v7services.testing.cases import Case, Replay, load_case, written


async def _show(case: Case) -> None:
    replay = Replay(case)
    poll = await replay.poll(by_name()[case.name])
    shown = [f"# asked: {request.url}" for request in replay.asked]
    shown += [f"# trouble: {poll.trouble}"] if poll.trouble else []
    shown += ["[skipped]", *(f'"{skip.reason}" = {skip.count}' for skip in poll.harvest.skipped)]
    shown += [written(posting) for posting in poll.harvest.postings]
    print(*shown, sep="\n")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name) / "case.toml" if Path(name).is_dir() else Path(name)
        asyncio.run(_show(load_case(path.parent, path.name)))
