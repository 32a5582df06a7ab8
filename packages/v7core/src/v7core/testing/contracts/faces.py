"""Contracts of what the screens and the command line use."""

import math
from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from v7core.errors import BatchTooLarge, EmptyBatch, InvalidValue, NotFound
from v7core.models.feed import ReactionKind
from v7core.models.filters import JobFilter, SearchQuery
from v7core.models.jobs import JobPosting
from v7core.models.person import ApplicationStage, Settings
from v7core.models.sources import SourceCondition, SourceKey
from v7core.protocols import (
    JobCoordination,
    JobFeed,
    JobSearch,
    SavedJobs,
    SavedSearches,
    SettingsStore,
    SourceDirectory,
    StarterPacks,
)
from v7core.testing import samples
from v7core.testing.contracts.support import NOWHERE, refuses


class JobFeedContract:
    """`JobFeed` over at least twelve open jobs and an empty log."""

    async def test_a_deck_is_in_order_and_repeatable(self, subject: JobFeed) -> None:
        deck, again = await subject.deck(limit=10), await subject.deck(limit=10)
        assert list(range(10)) == [card.position for card in deck.cards]
        scores = [card.scored.score for card in deck.cards]
        assert sorted(scores, reverse=True) == scores
        assert [card.scored for card in deck.cards] == [card.scored for card in again.cards]
        assert deck.round == 0
        assert deck.total >= deck.eligible >= 12

    async def test_the_blend_is_the_weight_of_manifest(self, subject: JobFeed) -> None:
        for blend in (0.0, 0.4, 1.0):
            for card in (await subject.deck(limit=5, blend=blend)).cards:
                expected = (1 - blend) * card.scored.match.value + blend * card.scored.manifest.value
                assert math.isclose(expected, card.scored.score, rel_tol=1e-4, abs_tol=1e-4)

    async def test_a_reaction_is_kept_once_and_leaves_the_deck(self, subject: JobFeed) -> None:
        job = (await subject.deck(limit=1)).cards[0].job.id
        first = await subject.react(job, ReactionKind.INTERESTED, event_key="k")
        again = await subject.react(job, ReactionKind.INTERESTED, event_key="k")
        assert (True, False, first.sequence) == (first.new, again.new, again.sequence)
        deck = await subject.deck(limit=1000)
        assert first.sequence == deck.round
        assert job not in {card.job.id for card in deck.cards}

    async def test_undo_brings_the_card_back(self, subject: JobFeed) -> None:
        before = await subject.deck(limit=1000)
        job = before.cards[0].job.id
        await subject.react(job, ReactionKind.PASS)
        await subject.undo()
        after = await subject.deck(limit=1000)
        assert {card.job.id for card in before.cards} == {card.job.id for card in after.cards}
        means = {card.job.id: (card.scored.match.mean, card.scored.manifest.mean) for card in before.cards}
        assert means == {card.job.id: (card.scored.match.mean, card.scored.manifest.mean) for card in after.cards}

    async def test_nothing_to_undo_is_not_found(self, subject: JobFeed) -> None:
        with refuses(NotFound):
            await subject.undo()
        with refuses(NotFound):
            await subject.undo("never")

    async def test_why_adds_up_to_what_was_shown(self, subject: JobFeed) -> None:
        for card in (await subject.deck(limit=5)).cards:
            why = await subject.why(card.job.id)
            total = math.fsum(part.logits for part in why.contributions) + why.intercept
            assert math.isclose(total, why.mean, abs_tol=1e-4)
            assert math.isclose(why.mean + why.draw_term, why.draw, abs_tol=1e-4)
            assert math.isclose(card.scored.draw, why.draw, abs_tol=1e-4)

    async def test_filters_are_obeyed(self, subject: JobFeed) -> None:
        company = (await subject.deck(limit=1)).cards[0].job.company
        deck = await subject.deck(limit=1000, filters=JobFilter(not_companies=(company.upper(),)))
        assert company not in {card.job.company for card in deck.cards}

    async def test_detail_is_the_whole_posting(self, subject: JobFeed) -> None:
        card = (await subject.deck(limit=1)).cards[0]
        assert card.job == (await subject.detail(card.job.id)).summary()

    async def test_an_unknown_job_is_not_found(self, subject: JobFeed) -> None:
        for call in (subject.detail(NOWHERE), subject.why(NOWHERE), subject.react(NOWHERE, ReactionKind.PASS)):
            with refuses(NotFound):
                await call


class JobSearchContract:
    """`JobSearch` over `samples.postings(12)`."""

    async def test_words_find_their_postings(self, subject: JobSearch) -> None:
        hits = await subject.search(SearchQuery(text="baker"))
        assert {p.id for p in samples.postings(12) if "Baker" in p.title} == {hit.job.id for hit in hits}

    async def test_no_words_list_everything_up_to_the_limit(self, subject: JobSearch) -> None:
        assert len(await subject.search(SearchQuery())) == 12
        assert len(await subject.search(SearchQuery(limit=3))) == 3

    async def test_filters_narrow(self, subject: JobSearch) -> None:
        hits = await subject.search(SearchQuery(filters=JobFilter(places=("leeds",), keep_unknown=False)))
        assert {("Leeds",)} == {hit.job.locations for hit in hits}

    async def test_any_text_is_only_text(self, subject: JobSearch) -> None:
        for text in ("c++", '"x* NEAR(', "AND", "a OR", "'; drop table posting; --", "\x00\ud800", "*", "-", "col:x"):
            await subject.search(SearchQuery(text=text))
        assert await subject.search(SearchQuery(text="zzzunheardofzzz")) == ()


class SourceDirectoryContract:
    """`SourceDirectory`, empty."""

    lever = SourceKey(source="lever", board="acme")

    async def test_adding_twice_is_adding_once(self, subject: SourceDirectory) -> None:
        await subject.add(self.lever)
        state = await subject.add(self.lever)
        assert (self.lever, SourceCondition.NEVER_POLLED) == (state.key, state.condition)
        assert [self.lever] == [source.key for source in await subject.list()]

    async def test_paused_is_said_and_not_polled(self, subject: SourceDirectory) -> None:
        await subject.add(self.lever)
        assert SourceCondition.PAUSED is (await subject.pause(self.lever)).condition
        assert await subject.refresh() == ()
        assert SourceCondition.PAUSED is not (await subject.pause(self.lever, paused=False)).condition

    async def test_removed_is_gone(self, subject: SourceDirectory) -> None:
        await subject.add(self.lever)
        await subject.remove(self.lever)
        assert await subject.list() == ()

    async def test_an_unknown_source_is_not_found(self, subject: SourceDirectory) -> None:
        for call in (subject.remove(self.lever), subject.pause(self.lever), subject.refresh([self.lever])):
            with refuses(NotFound):
                await call

    async def test_what_is_not_known_is_not_recognised(self, subject: SourceDirectory) -> None:
        with refuses(NotFound):
            await subject.recognise("")
        assert await subject.list() == ()


class SavedJobsContract:
    """`SavedJobs` over `samples.postings(4)`."""

    async def test_latest_change_first(self, subject: SavedJobs) -> None:
        for n in (0, 1, 0):
            await subject.move(samples.posting(n).id, ApplicationStage.SAVED)
        assert [samples.posting(0).id, samples.posting(1).id] == [saved.job.id for saved in await subject.list()]

    async def test_a_note_stays_until_it_is_replaced(self, subject: SavedJobs) -> None:
        job = samples.posting(0).id
        await subject.move(job, ApplicationStage.SAVED, note="ask Ana")
        kept = await subject.move(job, ApplicationStage.INTERVIEW)
        assert (kept.stage, kept.note) == (ApplicationStage.INTERVIEW, "ask Ana")
        assert (await subject.move(job, ApplicationStage.OFFER, note="")).note == ""

    async def test_an_unknown_job_is_not_found(self, subject: SavedJobs) -> None:
        with refuses(NotFound):
            await subject.move(NOWHERE, ApplicationStage.SAVED)

    async def test_removed_is_out_of_the_pipeline(self, subject: SavedJobs) -> None:
        job = samples.posting(0).id
        await subject.move(job, ApplicationStage.SAVED, note="ask Ana")
        await subject.remove(job)
        assert await subject.list() == ()
        with refuses(NotFound):
            await subject.remove(job)


class SavedSearchesContract:
    """`SavedSearches` over `samples.postings(4)`; the fixture `arrive` brings one more posting into the store."""

    query = SearchQuery(text="nurse")

    async def test_keeping_twice_is_keeping_once(self, subject: SavedSearches) -> None:
        first = await subject.keep("nurse", self.query)
        assert (first.text, first.query, first.new) == ("nurse", self.query, 0)
        assert first == await subject.keep("nurse", SearchQuery(text="other"))
        await subject.keep("baker", SearchQuery(text="baker", filters=JobFilter(places=("leeds",))))
        assert ["nurse", "baker"] == [search.text for search in await subject.list()]

    async def test_what_came_since_the_last_look_is_new(
        self, subject: SavedSearches, arrive: Callable[[JobPosting], Any]
    ) -> None:
        await subject.keep("nurse", self.query)
        for n in (7, 8):  # a nurse and a baker
            arrived = arrive(samples.posting(n))
            if isawaitable(arrived):
                await arrived
        assert [1] == [search.new for search in await subject.list()]
        assert (await subject.look("nurse")).new == 1
        assert [0] == [search.new for search in await subject.list()]

    async def test_dropped_is_gone(self, subject: SavedSearches) -> None:
        await subject.keep("nurse", self.query)
        await subject.drop("nurse")
        assert await subject.list() == ()
        for call in (subject.drop("nurse"), subject.look("nurse")):
            with refuses(NotFound):
                await call

    async def test_an_empty_line_is_refused(self, subject: SavedSearches) -> None:
        for text in ("", "  ", "x\x1b[31m", "x" * 501):
            with refuses(InvalidValue):
                await subject.keep(text, self.query)
        assert await subject.list() == ()


class StarterPacksContract:
    """`StarterPacks`, with at least one pack."""

    async def test_every_pack_names_sources_once(self, subject: StarterPacks) -> None:
        packs = await subject.packs()
        assert packs
        assert packs == await subject.packs()
        for pack in packs:
            keys = [found.key for found in pack.sources]
            assert pack.name.isprintable()
            assert keys
            assert len(set(keys)) == len(keys)
            assert all(word == word.casefold() for word in (*pack.trades, *pack.regions))


class SettingsStoreContract:
    """`SettingsStore`, fresh."""

    async def test_starts_with_the_defaults(self, subject: SettingsStore) -> None:
        assert Settings() == await subject.load()

    async def test_what_was_saved_is_loaded(self, subject: SettingsStore) -> None:
        wanted = Settings(
            match_text="Nurse, nights.\nÅrhus", manifest_text="teaching", blend=0.5, seed=7, refresh_ms=250,
            theme="v7-light", reduced_motion=True, muted_companies=("Wren",), deck_filter="remote in:berlin",
            keys=(("deck.pass", "n"),), refused_changes=(("match", 231), ("manifest", 2**53 + 1)),
        )  # fmt: skip
        await subject.save(wanted)
        assert wanted == await subject.load()


class JobCoordinationContract:
    """`JobCoordination`, idle."""

    async def test_a_batch_is_processed_and_measured(self, subject: JobCoordination) -> None:
        result = await subject.process_job_batch([samples.job_data(n) for n in range(10)])
        assert (result.processed_count, result.success_count, result.failure_count) == (10, 10, 0)
        assert result.duration_ms >= result.thompson_duration_ms > 0
        throughput = await subject.get_current_throughput()
        assert throughput is not None
        assert throughput > 0

    async def test_nothing_was_measured_before_the_first_batch(self, subject: JobCoordination) -> None:
        assert await subject.get_current_throughput() is None

    async def test_empty_and_oversized_batches_are_refused(self, subject: JobCoordination) -> None:
        with refuses(EmptyBatch):
            await subject.process_job_batch([])
        jobs: list[Any] = [samples.job_data(n) for n in range(101)]
        with refuses(BatchTooLarge):
            await subject.process_job_batch(jobs)

    async def test_batch_sizes_stay_in_bounds(self, subject: JobCoordination) -> None:
        assert 10 <= await subject.get_optimal_batch_size(3) <= 100
        with refuses(InvalidValue):
            await subject.get_optimal_batch_size(0)
