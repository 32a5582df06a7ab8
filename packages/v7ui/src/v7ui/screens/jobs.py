"""What Deck, Search and Saved have in common: a list of jobs, and the one under the cursor read, opened and copied."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from textual.timer import Timer

from v7core.errors import InvalidValue, NotFound
from v7core.models.feed import Explanation
from v7core.models.jobs import JobPosting, JobSummary
from v7ui.links import checked_link
from v7ui.reactions import Taken, deed
from v7ui.room import Room
from v7ui.screens.base import V7Screen, focus_if, sentence
from v7ui.widgets.job_head import JobHead
from v7ui.widgets.lists import LineList
from v7ui.widgets.text import TextPane

L = TypeVar("L", bound=LineList[Any])

_SETTLE_S = 0.08
"""A cursor that rests this long is being read: only then is the posting fetched."""


class JobScreen(V7Screen, Generic[L]):
    """A screen over rows that have a `job`."""

    def __init__(self, room: Room, rows: L) -> None:
        super().__init__(room)
        self.list = rows
        self.head = JobHead()
        self.text = TextPane()
        self._settle: Timer | None = None

    def no_job(self) -> None:
        """A key was pressed that is for a job, and there is none."""
        self.say("There is no job here to do that with")

    @property
    def job(self) -> JobSummary | None:
        """The job under the cursor."""
        row = self.list.current
        job: JobSummary | None = None if row is None else row.job
        return job

    # --- reading

    def settle(self) -> None:
        """The cursor has moved: read what it stands on once it rests."""
        if self._settle is not None:
            self._settle.stop()
        self._settle = None if self.job is None else self.set_timer(_SETTLE_S, self._read)

    def _read(self) -> None:
        if (job := self.job) is not None:
            self.work(lambda: self._detail(job), "detail")

    async def _detail(self, job: JobSummary) -> None:
        posting = await self.ask(self.room.ports.feed.detail(job.id), "Reading failed")
        if posting is None or self.job != job:
            return
        self.show_posting(posting)
        why = await self.ask(self.why(job), "No reasons")
        if why is not None:
            self.head.explain(why)

    async def why(self, job: JobSummary) -> Explanation:
        """The reasons that stand beside a job."""
        return await self.room.ports.feed.why(job.id)

    def show_posting(self, posting: JobPosting) -> None:
        """The posting under the cursor has been read."""
        self.text.show([(posting.text or "The source gives no description.", "foreground")])

    def read_on_whole_screen(self) -> None:
        """The text alone; esc returns to the list."""
        self.add_class("-reading")
        focus_if(self, self.text)

    # --- undoing

    def action_undo(self) -> None:
        """Take the last reaction back."""
        self.work(self._undo, "reactions", exclusive=False)

    async def _undo(self) -> None:
        try:
            taken = await self.room.reactions.undo()
        except NotFound:
            self.say("Nothing to take back")
            return
        except Exception as error:
            self.say(f"Nothing undone: {sentence(error)}", ink="bad")
            self.show_again()
            return
        await self.undone(taken)
        words = f"Undone: {deed(taken)}" if taken else "Took back the latest reaction of an earlier session"
        self.say(words, ink="good")

    async def undone(self, taken: Taken | None) -> None:
        """Show the list without what was taken back; None when it was an earlier session's."""
        self.show_again()

    def show_again(self) -> None:
        """Show the list as the reactions stand now; the cursor stays."""

    # --- elsewhere

    def action_open(self) -> None:
        """Open the posting's page, after a look at its address."""
        if (job := self.job) is None:
            self.no_job()
            return
        try:
            link = checked_link(job.url)
        except InvalidValue as error:
            self.say(f"Not opened: {error}", ink="bad")
            return
        self.say(f"Opening {link.host} …")
        self.run_worker(lambda: self._open(link.url, link.host), thread=True, group="open", exit_on_error=False)

    def _open(self, url: str, host: str) -> None:
        show: Callable[..., None] = self.app.call_from_thread
        try:
            self.room.ports.open_url(url)
        except Exception as error:
            show(self.app.copy_to_clipboard, url)
            show(self.say, f"No browser ({sentence(error)}). Copied: {url}", ink="warn")
        else:
            show(self.say, f"Opened {host}", ink="good")

    def action_copy_title(self) -> None:
        self.copy(f"{self.job.title} ({self.job.company})" if self.job else None, "title")

    def action_copy_url(self) -> None:
        self.copy(self.job.url if self.job else None, "address")
