"""The deck: jobs ranked for the person, one key to react, and the reason beside each."""

import re
from typing import ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from v7core.filter_language import holds_words
from v7core.models.feed import Card, Deck, Explanation, ProfileKind, ReactionKind
from v7core.models.filters import JobFilter
from v7core.models.jobs import JobId, JobPosting, JobSummary
from v7ui.deck_state import DeckState
from v7ui.formatting import plural, score
from v7ui.keys import bindings_for
from v7ui.reactions import Taken, deed
from v7ui.room import Room
from v7ui.screens.base import focus_if, sentence
from v7ui.screens.narrowing import Narrowing
from v7ui.theme import PROFILE_WORD
from v7ui.widgets.cards_list import CardList
from v7ui.widgets.job_head import breakdown
from v7ui.widgets.painted import Span
from v7ui.widgets.rule import Rule

LIMIT = 200
"""Cards asked for at once; more come before the reader gets to the end."""


class DeckScreen(Narrowing):
    """List, reasons, text. Ranks at once; reads a posting when the cursor rests on it."""

    PLACE = "deck"
    AUTO_FOCUS = "CardList"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("deck")]
    CSS = """
    #deck { layout: grid; grid-size: 1 2; grid-rows: 2fr 3fr; height: 1fr; }
    #deck-detail { layout: vertical; }
    #deck-list { layout: vertical; }
    #deck-list CardList { height: 1fr; }
    #deck-detail TextPane { height: 1fr; margin-top: 1; }
    #deck-filter { display: none; }
    DeckScreen.-wide #deck { grid-size: 2 1; grid-columns: 55fr 45fr; grid-rows: 1fr; }
    DeckScreen.-wide #deck-detail { border-left: solid $border-blurred; }
    DeckScreen.-reading #deck { grid-size: 1 1; grid-rows: 1fr; grid-columns: 1fr; }
    DeckScreen.-reading #deck-list { display: none; }
    DeckScreen.-filtering #deck-filter { display: block; }
    """

    def __init__(self, room: Room) -> None:
        super().__init__(room, CardList(empty="Ranking …"))
        self.state = DeckState()
        self.list.now = room.ports.clock.now()
        self.rule = Rule()
        self._range_from: int | None = None
        self._marked_before: frozenset[JobId] = frozenset()
        """What was marked when the range began."""
        self._waiting = 0
        self._why_shown = False
        self._posting: JobPosting | None = None

    def body(self) -> ComposeResult:
        with Container(id="deck"):
            with Container(id="deck-list"):
                yield self.list
                yield self.rule
            with Container(id="deck-detail"):
                yield self.head
                yield self.text
        yield self.line

    def on_mount(self) -> None:
        self.work(self._begin, "rank")
        self.set_interval(15.0, self.look_for_new)

    async def _begin(self) -> None:
        """Rank when the settings are read and the engine is warm; the cursor goes where it was left."""
        self.tell_warming()
        await self.room.ready.wait()
        self._narrow(self.room.settings.deck_filter)
        left = self.room.left.job
        await self._rank(stay_on=UUID(left) if re.fullmatch("[0-9a-f]{32}", left) else None)

    def tell_warming(self) -> None:
        """What is being waited for."""
        if not self.state.cards:
            step = f"Engine warming: {self.room.warming} …" if self.room.warming else "Ranking …"
            self.list.show((), empty=step)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        if self.state.deck is not None:
            self._sync()
            self.settings_changed()

    # --- ranking

    @property
    def ranked(self) -> Deck | None:
        return self.state.deck

    async def _fetch(self, limit: int, doing: str) -> Deck | None:
        return await self.ask(self.room.ports.feed.deck(limit=limit, blend=self._blend(), filters=self._filter), doing)

    def action_rank(self) -> None:
        """Rank anew."""
        if not self.state.cards:
            self.list.show((), empty="Ranking …")
        self.work(self._rank, "rank")

    async def _rank(self, *, from_top: bool = False, stay_on: JobId | None = None) -> None:
        await self.room.ready.wait()
        deck = await self._fetch(LIMIT, "Ranking failed")
        if deck is None:
            if not self.state.cards:
                self.list.show((), empty=f"No deck: {self.room.problem}. Press r to try again.")
            return
        before = None if from_top else self.job.id if self.job else stay_on
        self.state.take(deck)
        self._waiting = 0
        self.room.ranking_ms = deck.duration_ms if deck.duration_ms is not None else self.room.ranking_ms
        self._sync(stay_on=before)
        self.repaint_bars()

    def look_for_new(self) -> None:
        """Count what came in meanwhile; the deck itself stays as it is until it is ranked anew."""
        if self.is_current and self.state.deck is not None:
            self.work(self._count_new, "count")

    async def _count_new(self) -> None:
        deck = await self._fetch(1, "Looking for new jobs failed")
        if deck is not None:
            self._waiting = self.state.waiting(deck)
            self._tell_rule()

    async def _extend(self) -> None:
        deck = await self._fetch(len(self.state.cards) + len(self.room.reactions.reacted) + LIMIT, "Reading on failed")
        if deck is not None and self.state.extend(deck):
            self._sync()

    def _wanted(self, job: JobSummary) -> bool:
        return holds_words(job, self._words)

    def _sync(self, *, stay_on: JobId | None = None) -> None:
        """Show the state; the cursor stays on its row, or on the job given."""
        self.state.sync(self.room.reactions.reacted, self._wanted if self._words else None)
        self.list.marked = self.state.marked
        self.list.now = self.room.ports.clock.now()
        cursor = None if stay_on is None else self.state.index(stay_on)
        self.list.show(self.state.cards, cursor=cursor, empty=self._why_empty())
        self._tell_rule()

    def _why_empty(self) -> str:
        if self._words or self._filter != JobFilter():
            return "Nothing passes the filter. Press esc to drop it."
        if not self.room.sources and (self.state.deck is None or not self.state.deck.total):
            return "No jobs yet. Press 4 and add a source."
        why = "" if self.state.deck is None else self.state.deck.why_empty()  # nothing when its cards were all answered
        return f"{why or 'Nothing left to react to.'} Press R to poll your sources."

    def _tell_rule(self) -> None:
        counts, total = self.room.reactions.counts(), len(self.state.cards)
        eligible = total if self.state.exhausted or self._words else max(total, self._eligible())
        parts = [f"{self.list.cursor + 1 if total else 0}/{eligible}"]
        if self.state.marked:
            parts.append(f"{len(self.state.marked)} marked")
        if self.line.value:
            parts.append(f"filter: {self.line.value}")
        if self._waiting:
            parts.append(f"{self._waiting} new: r takes them in")
        dot = f" {self.room.look.glyphs.dot} "
        done = [f"{counts[kind]} {letter}" for kind, letter in zip(ReactionKind, "ixsa", strict=True) if counts[kind]]
        self.rule.show(dot.join(parts), dot.join(done))

    def _eligible(self) -> int:
        assert self.state.deck is not None  # noqa: S101 - a state without a deck is exhausted
        return self.state.deck.eligible - len(self.room.reactions.reacted)

    # --- the job under the cursor

    def on_line_list_moved(self, event: CardList.Moved) -> None:
        event.stop()
        self._why_shown = False
        card = self.list.current
        self.head.show(card.job if card else None, self.list.now, card)
        if self._range_from is not None:
            self._mark_range()
        self._tell_rule()
        self.settle()
        if card is None:
            self._posting = None
            self.text.show(())
            return
        self.room.left.job = card.job.id.hex
        if not self.state.exhausted and self.list.cursor > len(self.state.cards) - 30:
            self.work(self._extend, "extend")

    async def why(self, job: JobSummary) -> Explanation:
        card = self.list.current
        return await self.room.ports.feed.why(job.id, card.scored.profile if card else None)

    def show_posting(self, posting: JobPosting) -> None:
        self._posting = posting
        if not self._why_shown:
            self._show_text(posting)

    def _show_text(self, posting: JobPosting) -> None:
        tags = ", ".join((*posting.departments, *posting.tags))
        spans: list[Span] = [(tags, "dim"), ("", "text")] if tags else []
        self.text.show([*spans, (posting.text or "The source gives no description.", "foreground")])

    def action_why(self) -> None:
        """All reasons instead of the text, and back."""
        card = self.list.current
        if card is None:
            self.no_job()
            return
        self._why_shown = not self._why_shown
        if self._why_shown:
            self.work(lambda: self._breakdown(card), "why")
        elif self._posting is not None:
            self._show_text(self._posting)

    async def _breakdown(self, card: Card) -> None:
        both = ProfileKind.MATCH, ProfileKind.MANIFEST
        first, second = both if card.scored.profile is ProfileKind.MATCH else reversed(both)
        spans: list[Span] = []
        for kind in (first, second):
            why = await self.ask(self.room.ports.feed.why(card.job.id, kind), "No reasons")
            if why is None:
                return
            spans += [*breakdown(why, minus=self.room.look.glyphs.minus), ("", "text")]
        if self._why_shown:
            self.text.show(spans)

    def on_line_list_chosen(self, event: CardList.Chosen) -> None:
        event.stop()
        self.read_on_whole_screen()

    # --- reactions

    def action_react(self, kind: str) -> None:
        """React to the marked jobs, or to this one, and move on."""
        cards = self.state.chosen(self.list.cursor)
        if not cards:
            self.no_job()
            return
        self._range_from = None
        self.state.marked.clear()
        taken = self.room.reactions.begin([card.job for card in cards], ReactionKind(kind))
        rest = (card.job.id for card in self.state.cards[self.list.cursor :])
        self._sync(stay_on=next((job for job in rest if job not in self.room.reactions.reacted), None))
        self.say(deed(taken), ink="good", aside="u Undo")
        self.work(lambda: self._keep(taken), "reactions", exclusive=False)

    async def _keep(self, taken: Taken) -> None:
        wanted = taken.jobs
        try:
            await self.room.reactions.keep(taken)
        except Exception as error:
            lost = next((job for job in wanted if job not in taken.jobs), None)
            self._sync(stay_on=lost.id if lost else None)
            self.say(f"Not kept, the job is back: {sentence(error)}", ink="bad")

    async def undone(self, taken: Taken | None) -> None:
        self._sync(stay_on=taken.jobs[0].id if taken and taken.jobs else None)
        if taken is None:
            await self._rank()

    def show_again(self) -> None:
        self._sync()

    # --- marks

    def action_mark(self) -> None:
        """Mark or unmark, and move on."""
        if (job := self.job) is None:
            self.no_job()
            return
        self.state.marked ^= {job.id}
        self.list.marked = self.state.marked
        self.list.redraw((self.list.cursor,))
        self.list.action_cursor(1)
        self._tell_rule()

    def action_range(self) -> None:
        """Begin a range here; the second press ends it, marks stay."""
        if self.job is None:
            self.no_job()
        elif self._range_from is None:
            self._range_from, self._marked_before = self.list.cursor, frozenset(self.state.marked)
            self._mark_range()
            self.say("Move to mark a range; v ends it, a reaction goes to all of it, esc drops it")
        else:
            self._range_from = None
            self.say(f"{plural(len(self.state.marked), 'job')} marked")

    def _mark_range(self) -> None:
        assert self._range_from is not None  # noqa: S101
        low, high = sorted((self._range_from, self.list.cursor))
        self.state.marked = {card.job.id for card in self.state.cards[low : high + 1]} | self._marked_before
        self.list.marked = self.state.marked
        self.list.redraw()
        self._tell_rule()

    def action_back(self) -> None:
        """Out of the line, the reading, the marks, the filter: one step a press."""
        if self.has_class("-filtering"):
            self.remove_class("-filtering")
        elif self.has_class("-reading"):
            self.remove_class("-reading")
        elif self.state.marked or self._range_from is not None:
            self._range_from = None
            self.state.marked.clear()
            self.list.redraw()
            self._tell_rule()
        elif self.line.value:
            self._narrow("")
            self._keep_filter()
        focus_if(self, self.list)

    def about(self) -> list[Span]:
        card = self.list.current
        if card is None:
            return [(self._why_empty(), "dim")]
        kind = card.scored.profile
        word = PROFILE_WORD[kind]
        marked = f"; {plural(len(self.state.marked), 'job')} marked" if self.state.marked else ""
        return [
            (f"{card.job.title} ({card.job.company}){marked}", "foreground"),
            (f"{score(card.scored.score)} of 1, shown as {word}: a reaction teaches {word}.", "dim"),
            ("The job leaves the deck and the next one comes; u brings it back.", "dim"),
        ]
