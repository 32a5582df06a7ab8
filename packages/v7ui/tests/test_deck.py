"""The deck: ranks, explains, takes reactions and takes them back."""

import asyncio
from dataclasses import replace

import pytest

from v7core.errors import StorageError, StorageFault
from v7core.models.feed import ReactionKind
from v7core.models.person import ApplicationStage, Settings
from v7core.testing.fakes import MemoryFeed, MemorySettings, MemorySource, MemorySources, standing
from v7core.testing.samples import KEY, posting, postings
from v7ui import V7App
from v7ui.deck_state import DeckState


@pytest.fixture
async def deck(ports, until):
    """The app on its deck, ranked."""
    app = V7App(ports)
    async with app.run_test(size=(100, 30), notifications=True, tooltips=True) as pilot:
        await until(pilot, lambda: app.screen.list.rows)
        yield app, pilot


class NeverAnswers(MemoryFeed):
    """A feed that is asked and does not answer."""

    async def deck(self, **_options):
        await asyncio.Event().wait()


async def test_the_first_paint_waits_for_no_port(with_ports, capture):
    """With a feed that never answers the deck stands, says it is ranking, and takes keys."""
    app = V7App(with_ports(feed=NeverAnswers(postings(3))))
    async with app.run_test(size=(80, 24)) as pilot:
        assert "Ranking …" in capture(app)
        await pilot.press("4")
        assert "4 Sources" in capture(app)


class AllLeftOut(MemoryFeed):
    """A feed none of whose jobs may be shown."""

    async def deck(self, **options):
        deck = await super().deck(**options)
        return replace(deck, cards=(), eligible=0, left_out=(("muted", 2), ("past their date", 1), ("closed", 0)))


async def test_an_empty_deck_says_what_was_left_out(with_ports, capture, until):
    """And the key that may bring more; before any posting came, that there are none."""
    sources = MemorySources([MemorySource(KEY, [])])
    for feed, why in (
        (AllLeftOut(postings(3)), "Nothing left to react to: 2 muted, 1 past their date."),
        (MemoryFeed([]), "There are no jobs yet."),
    ):
        app = V7App(with_ports(feed=feed, sources=sources))
        async with app.run_test(size=(60, 24)) as pilot:
            said = f"{why} Press R to poll your sources."
            await until(pilot, lambda app=app, said=said: said in " ".join(capture(app).split()))


async def test_cards_stand_in_the_order_of_the_ranking(deck, ports, capture):
    """The first row is the best job, and its detail is read."""
    app, _ = deck
    best = (await ports.feed.deck()).cards[0].job
    lines = capture(app).splitlines()
    assert best.title in lines[1]
    assert lines[1].startswith("▌")


async def test_the_detail_and_the_reasons_follow_the_cursor(deck, ports, capture, until):
    """Text, WHY and GAP of the job under the cursor, glyph and word beside the score."""
    app, pilot = deck
    await pilot.press("j")
    job = app.screen.job
    text = (await ports.feed.detail(job.id)).text.splitlines()[0]
    await until(pilot, lambda: text in capture(app))
    word = job.title.split()[0].casefold()
    await until(pilot, lambda: f"WHY  {word} +.31" in capture(app))
    assert ("◆ MATCH" in capture(app)) or ("◇ MANIFEST" in capture(app))


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("i", ReactionKind.INTERESTED),
        ("x", ReactionKind.PASS),
        ("s", ReactionKind.SAVE),
        ("a", ReactionKind.APPLIED),
    ],
)
async def test_a_reaction_is_kept_and_moves_on(deck, ports, until, key, kind):
    """The job leaves at once, the next one is under the cursor, and the log has the event."""
    app, pilot = deck
    first, second = app.screen.state.cards[:2]
    await pilot.press(key)
    assert second.job == app.screen.job
    await until(pilot, lambda: ports.feed._log._events != [])
    events = standing(await ports.feed._log.read())
    assert [(first.job.id, kind)] == [(event.job_id, event.kind) for event in events]


async def test_a_key_that_is_held_reacts_to_no_job_twice(deck, ports, until):
    """However fast it repeats, and beyond the last job."""
    app, pilot = deck
    jobs = {card.job.id for card in app.screen.state.cards}
    await pilot.press(*("i" * (len(jobs) + 20)))
    await until(pilot, lambda: len(ports.feed._log._events) >= len(jobs))
    await pilot.pause(0.05)
    assert sorted(jobs) == sorted(event.job_id for event in await ports.feed._log.read())


@pytest.mark.parametrize(("key", "stage"), [("s", ApplicationStage.SAVED), ("a", ApplicationStage.APPLIED)])
async def test_save_and_applied_reach_the_pipeline(deck, ports, until, key, stage):
    """What was saved is found in Saved."""
    app, pilot = deck
    job = app.screen.job
    await pilot.press(key)
    await until(pilot, lambda: job.id in ports.saved._saved)
    assert stage is ports.saved._saved[job.id].stage


async def test_undo_puts_the_job_back_where_it_was(deck, ports, until):
    """Same place, cursor on it, and the log's standing events are what they were."""
    app, pilot = deck
    await pilot.press("j", "j")
    before, job = app.screen.state.cards, app.screen.job
    await pilot.press("x")
    await until(pilot, lambda: len(app.screen.state.cards) == len(before) - 1)
    await pilot.press("u")
    await until(pilot, lambda: app.screen.state.cards == before)
    assert job == app.screen.job
    assert () == tuple(standing(await ports.feed._log.read()))


async def test_a_reaction_that_is_not_kept_comes_back(deck, ports, until):
    """The card returns under the cursor and the line says why; nothing is counted."""
    app, pilot = deck
    ports.feed.fail_storage()
    before, job = app.screen.state.cards, app.screen.job
    await pilot.press("i")
    await until(pilot, lambda: "Not kept" in app.screen.status.text)
    assert before == app.screen.state.cards
    assert job == app.screen.job
    assert "the disk is full" in app.screen.status.text
    assert not app.room.reactions.counts()


async def test_undo_with_nothing_to_undo_says_so_and_moves_nothing(deck, until):
    """A key that can do nothing is answered too, and the deck is not ranked anew for it."""
    app, pilot = deck
    before = app.screen.state.deck
    await pilot.press("j", "u")
    await until(pilot, lambda: app.screen.status.text == "Nothing to take back")
    await pilot.pause(0.05)
    assert before is app.screen.state.deck
    assert 1 == app.screen.list.cursor


@pytest.mark.parametrize("key", ["i", "w", "m", "v", "o", "y", "Y"])
async def test_a_key_for_a_job_says_that_there_is_none(with_ports, until, key):
    """Rather than nothing at all."""
    app = V7App(with_ports(feed=MemoryFeed([])))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.screen.state.deck is not None)
        app.screen.say("")
        await pilot.press(key)
        assert app.screen.status.text.startswith("There is no ")


async def test_a_range_takes_one_reaction(deck, ports, until):
    """v, move, react: every job of the range, and one undo takes all of it back."""
    app, pilot = deck
    chosen = [card.job.id for card in app.screen.state.cards[:3]]
    await pilot.press("v", "j", "j", "x")
    await until(pilot, lambda: len(ports.feed._log._events) == 3)
    assert chosen == [event.job_id for event in await ports.feed._log.read()]
    await pilot.press("u")
    await until(pilot, lambda: len(app.screen.state.cards) == 12)


async def test_after_a_range_the_cursor_is_on_the_job_below_it(deck):
    """Not as far down as it was: the jobs between would be passed over unseen."""
    app, pilot = deck
    jobs = [card.job for card in app.screen.state.cards]
    await pilot.press("j", "v", "j", "j", "x")
    assert jobs[4] == app.screen.job
    await pilot.press("G", "v", "k", "x")
    assert jobs[-3] == app.screen.job


async def test_a_range_keeps_what_was_marked_before(deck):
    """m here, v there: one reaction for both."""
    app, pilot = deck
    ids = [card.job.id for card in app.screen.state.cards]
    await pilot.press("m", "j", "v", "j")
    assert {ids[0], ids[2], ids[3]} == app.screen.state.marked
    await pilot.press("k")
    assert {ids[0], ids[2]} == app.screen.state.marked


async def test_a_mark_gathers_jobs(deck, ports, until):
    """Only what was marked is reacted to; esc drops marks."""
    app, pilot = deck
    ids = [card.job.id for card in app.screen.state.cards]
    await pilot.press("m", "escape", "g", "j", "m", "j", "m", "i")
    await until(pilot, lambda: len(ports.feed._log._events) == 2)
    assert [ids[1], ids[3]] == [event.job_id for event in await ports.feed._log.read()]


async def test_a_filter_narrows_and_esc_drops_it(deck, until):
    """Typed filters go to the feed, words to the rows."""
    app, pilot = deck
    await pilot.press("slash", *"remote", "enter")
    await until(pilot, lambda: len(app.screen.state.cards) == 4)
    await pilot.press("escape")
    await until(pilot, lambda: len(app.screen.state.cards) == 12)


async def test_a_filter_without_sense_stays_on_the_line(deck, until):
    """The message names what is known, and the deck stays as it was."""
    app, pilot = deck
    await pilot.press("slash", *"level:wizard", "enter")
    await until(pilot, lambda: "level:wizard is unknown" in app.screen.status.text)
    assert 12 == len(app.screen.state.cards)
    await pilot.press("ctrl+u", *"baker", "enter")
    assert "" == app.screen.status.text


async def test_the_blend_is_ranked_by_and_kept(deck, ports, until):
    """b raises Manifest's weight by a tenth, in the ranking and in the settings."""
    app, pilot = deck
    await pilot.press("b")
    await until(pilot, lambda: app.screen.state.deck.blend == 0.4)
    await until(pilot, lambda: ports.settings._settings.blend == 0.4)
    await pilot.press("B", "B")
    await until(pilot, lambda: app.screen.state.deck.blend == 0.2)


async def test_tab_goes_through_blend_match_manifest(deck, until, capture):
    """Each lens is shown by word and sign, and ranked by its own weight."""
    app, pilot = deck
    for lens, blend, word in (("match", 0.0, "◆ MATCH"), ("manifest", 1.0, "◇ MANIFEST"), ("blend", 0.3, "BLEND 0.3")):
        await pilot.press("tab")
        await until(pilot, lambda blend=blend: app.screen.state.deck.blend == blend)
        assert lens == app.room.lens
        assert word in capture(app).splitlines()[0]


async def test_new_jobs_are_counted_and_never_move_the_deck(deck, ports, until, capture):
    """They wait as a count until r takes them in."""
    app, pilot = deck
    before = app.screen.state.cards
    for n in range(12, 15):
        sample = posting(n)
        ports.feed._postings[sample.id] = sample
    app.screen.look_for_new()
    await until(pilot, lambda: "3 new: r takes them in" in capture(app))
    assert before == app.screen.state.cards
    await pilot.press("r")
    await until(pilot, lambda: len(app.screen.state.cards) == 15)


async def test_why_shows_every_contribution(deck, until):
    """Under both profiles, with the sum that makes the draw."""
    app, pilot = deck
    await pilot.press("w")
    await until(pilot, lambda: "MANIFEST, where you want to go" in app.screen.text.text)
    for words in ("MATCH, what fits you now", "what every job starts from", "this round's draw"):
        assert words in app.screen.text.text


async def test_enter_reads_and_esc_returns(deck, capture):
    """The text on the whole screen, then the list again."""
    app, pilot = deck
    await pilot.press("enter")
    assert app.screen.text is app.screen.focused
    assert not app.screen.list.region
    assert "esc Back i Interested" in capture(app).splitlines()[-1]
    await pilot.press("escape")
    assert "esc" not in capture(app).splitlines()[-1]
    assert app.screen.list is app.screen.focused


async def test_open_goes_through_the_check(with_ports, until):
    """A good address is opened in a thread; a bad one is not, and the line says why."""
    opened = []
    sample = [posting(0), posting(1, url="https://user@evil.example/1")]
    app = V7App(with_ports(feed=MemoryFeed(sample), open_url=opened.append))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: len(app.screen.list.rows) == 2)
        for _ in sample:
            await pilot.press("o")
            await until(pilot, lambda: "Opened" in app.screen.status.text or "Not opened" in app.screen.status.text)
            await pilot.press("j")
            app.screen.say("")
            await pilot.press("o")
            await until(pilot, lambda: "Opened" in app.screen.status.text or "Not opened" in app.screen.status.text)
    assert {"https://boards.example/acme/0"} == set(opened)


async def test_without_a_browser_the_address_is_shown(with_ports, until):
    """And copied."""

    def no_browser(url):
        raise OSError("no display")

    app = V7App(with_ports(open_url=no_browser))
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: app.screen.list.rows)
        await pilot.press("o")
        await until(pilot, lambda: "No browser" in app.screen.status.text)
        assert app.screen.job.url in app.screen.status.text


async def test_a_feed_that_fails_is_one_line_and_r_retries(with_ports, until, capture):
    """The reason and the key; then the deck comes."""

    class Failing(MemoryFeed):
        failing = True

        async def deck(self, **options):
            if self.failing:
                raise StorageError(StorageFault.BUSY, "the database is locked")
            return await super().deck(**options)

    feed = Failing(postings(5))
    app = V7App(with_ports(feed=feed))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "the database is locked" in capture(app))
        assert "Press r to try again" in capture(app)
        feed.failing = False
        await pilot.press("r")
        await until(pilot, lambda: len(app.screen.list.rows) == 5)


async def test_settings_decide_blend_and_keys(with_ports, until):
    """A rebound key works at the start, and the deck is ranked by the kept blend."""
    kept = MemorySettings(Settings(blend=0.8, keys=(("deck.pass", "n"),)))
    app = V7App(with_ports(settings=kept))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.screen.state.deck is not None and app.screen.state.deck.blend == 0.8)
        await pilot.press("x")
        assert 12 == len(app.screen.state.cards)
        await pilot.press("n")
        assert 11 == len(app.screen.state.cards)


async def test_a_longer_deck_is_appended(ports):
    """What was shown keeps its place; only what is new is added at the end."""
    state = DeckState()
    short, long = await ports.feed.deck(limit=4), await ports.feed.deck(limit=9)
    state.take(short)
    assert 5 == state.extend(replace(long, cards=tuple(reversed(long.cards))))
    state.sync(())
    assert short.cards == state.cards[:4]
    assert set(long.cards) == set(state.cards)
