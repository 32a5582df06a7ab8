"""Saved jobs and how far each application has come."""

from datetime import datetime
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Input

from v7core.models.jobs import JobSummary
from v7core.models.person import ApplicationStage, SavedJob
from v7core.text import clean_text
from v7ui.formatting import age, fit, plural
from v7ui.keys import bindings_for
from v7ui.room import Room
from v7ui.screens.base import focus_if
from v7ui.screens.jobs import JobScreen
from v7ui.widgets.cards_list import job_columns
from v7ui.widgets.line import TextLine
from v7ui.widgets.lists import LineList
from v7ui.widgets.painted import Line, Span
from v7ui.widgets.rule import Rule

STAGES: Final = tuple(ApplicationStage)
_NOTHING: Final = "Nothing saved yet. In the deck, s saves a job, a notes an application."
_INK = {
    ApplicationStage.SAVED: "text",
    ApplicationStage.APPLIED: "match",
    ApplicationStage.INTERVIEW: "manifest",
    ApplicationStage.OFFER: "good",
    ApplicationStage.CLOSED: "dim",
}


class SavedList(LineList[SavedJob]):
    """Stage and its word, the job, since when."""

    now: datetime

    def line(self, row: SavedJob, index: int, width: int) -> Line:
        glyphs = self.look().glyphs
        step = STAGES.index(row.stage)
        bar = (glyphs.full * (step + 1)).ljust(4)[:4] if row.stage is not ApplicationStage.CLOSED else "    "
        note = "*" if row.note else " "
        return [
            (f"{bar} {fit(row.stage.value, 9)} {note} ", _INK[row.stage]),
            *job_columns(row.job, width - 17 - 5, self.now, ellipsis=glyphs.ellipsis, to=glyphs.to),
            (fit(age(row.changed_at, self.now), 5, right=True), _INK[row.stage]),
        ]


class SavedScreen(JobScreen[SavedList]):
    """The pipeline: stages by key, a note for each."""

    PLACE = "saved"
    AUTO_FOCUS = "SavedList"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("saved")]
    CSS = """
    #saved { layout: grid; grid-size: 1 2; grid-rows: 3fr 2fr; height: 1fr; }
    #saved-list { layout: vertical; }
    #saved-list SavedList { height: 1fr; }
    #saved-detail { layout: vertical; }
    #saved-detail TextPane { height: 1fr; }
    #saved-detail JobHead { height: 2; }
    #saved-line { display: none; }
    SavedScreen.-noting #saved-line { display: block; }
    """

    def __init__(self, room: Room) -> None:
        super().__init__(room, SavedList(empty="Reading …"))
        self.list.now = room.ports.clock.now()
        self.rule = Rule()
        self.line = TextLine(room.look, "Keep", placeholder="A note, then enter", id="saved-line")
        self._before: list[SavedJob] = []

    def body(self) -> ComposeResult:
        with Container(id="saved"):
            with Container(id="saved-list"):
                yield self.list
                yield self.rule
            with Container(id="saved-detail"):
                yield self.head
                yield self.text
        yield self.line

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.work(self._reload, "reload")

    def action_again(self) -> None:
        """Read the list."""
        self.work(self._read_again, "reload")

    async def _read_again(self) -> None:
        await self._reload()
        if not self.room.problem:
            self.say(f"Read: {plural(len(self.list.rows), 'job')}")

    async def _reload(self, stay_on: JobSummary | None = None) -> None:
        found = await self.ask(self.room.ports.saved.list(), "Saved jobs were not read")
        if found is None:
            self.list.show((), empty=f"No list: {self.room.problem}. Press r to try again.")
            return
        rows = sorted(found, key=lambda saved: saved.stage is ApplicationStage.CLOSED)
        job = stay_on or self.job
        self.list.now = self.room.ports.clock.now()
        cursor = next((i for i, saved in enumerate(rows) if job is not None and saved.job.id == job.id), None)
        self.list.show(rows, cursor=cursor, empty=_NOTHING)
        counts = [(stage, sum(saved.stage is stage for saved in rows)) for stage in STAGES]
        dot = f" {self.room.look.glyphs.dot} "
        self.rule.show(plural(len(rows), "job"), dot.join(f"{n} {stage.value}" for stage, n in counts if n))

    def on_line_list_moved(self, event: SavedList.Moved) -> None:
        event.stop()
        saved = self.list.current
        self.head.show(self.job, self.list.now)
        if saved is None:
            self.text.show(())
            return
        since = f"{saved.stage.value} since {saved.changed_at:%Y-%m-%d %H:%M} UTC"
        self.text.show([(since, _INK[saved.stage]), (saved.note or "No note. n writes one.", "foreground")])

    def on_line_list_chosen(self, event: SavedList.Chosen) -> None:
        event.stop()
        self.action_note()

    def about(self) -> list[Span]:
        saved = self.list.current
        if saved is None:
            return [(_NOTHING, "dim")]
        stages = ", ".join(stage.value for stage in STAGES)
        return [
            (f"{saved.job.title} ({saved.job.company}): {saved.stage.value}", "foreground"),
            (f"Stages: {stages}. Nothing is sent anywhere; you note how far you have come.", "dim"),
        ]

    # --- changing

    def action_stage(self, by: int) -> None:
        """One stage on or back."""
        saved = self.list.current
        if saved is None:
            return
        index = STAGES.index(saved.stage) + by
        if not 0 <= index < len(STAGES):
            self.say(f"{saved.stage.value} is the {'last' if by > 0 else 'first'} stage")
            return
        self._change(saved, STAGES[index], None)

    def _change(self, saved: SavedJob, stage: ApplicationStage, note: str | None) -> None:
        self._before.append(saved)
        self.work(lambda: self._move(saved, stage, note), "move", exclusive=False)

    async def _move(self, saved: SavedJob, stage: ApplicationStage, note: str | None) -> None:
        moved = await self.ask(self.room.ports.saved.move(saved.job.id, stage, note=note), "Not kept", aside="")
        if moved is None:
            self._before.remove(saved)
            return
        await self._reload(stay_on=saved.job)
        said = moved.stage.value if note is None else "note kept" if note else "note dropped"
        self.say(f"{saved.job.title}: {said}", ink="good", aside="u Undo")

    def action_remove(self) -> None:
        """Out of the pipeline, with the note; undo brings both back."""
        if (saved := self.list.current) is not None:
            self._before.append(saved)
            self.work(lambda: self._remove(saved), "move", exclusive=False)

    async def _remove(self, saved: SavedJob) -> None:
        async def removed() -> bool:
            await self.room.ports.saved.remove(saved.job.id)
            return True

        if await self.ask(removed(), "Not removed", aside="") is None:
            self._before.remove(saved)
            return
        await self._reload()
        self.say(f"Removed {saved.job.title}", ink="good", aside="u Undo")

    def action_undo(self) -> None:
        """Take the last change of this screen back."""
        if not self._before:
            self.say("Nothing to take back here")
            return
        before = self._before.pop()
        self.work(lambda: self._restore(before), "move", exclusive=False)

    async def _restore(self, before: SavedJob) -> None:
        job = before.job
        moved = await self.ask(
            self.room.ports.saved.move(job.id, before.stage, note=before.note), "Not undone", aside=""
        )
        if moved is None:
            self._before.append(before)
            return
        await self._reload(stay_on=job)
        self.say(f"Undone: {job.title} is {moved.stage.value} again", ink="good")

    def action_note(self) -> None:
        """Write a note."""
        if (saved := self.list.current) is None:
            return
        self.add_class("-noting")
        self.line.value = saved.note
        focus_if(self, self.line)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        saved = self.list.current
        self.action_back()
        if saved is not None:
            self._change(saved, saved.stage, clean_text(event.value, limit=2_000))

    def action_back(self) -> None:
        self.remove_class("-noting")
        focus_if(self, self.list)
