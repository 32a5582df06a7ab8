"""What a key on the deck does to the pipeline, through the real feed and store."""

from v7core.models.feed import ReactionKind
from v7core.models.person import ApplicationStage
from v7core.testing import samples
from v7services.coordination import JobCoordinationService
from v7services.feed import Feed
from v7services.storage import Storage
from v7thompson.engine import ThompsonPerformanceEngine
from v7ui.reactions import Reactions


async def test_saving_applying_and_undoing_move_one_entry_to_and_fro(tmp_path):
    """The store moves the job with the reaction itself; the screen does not do it a second time."""
    async with await Storage.open(tmp_path / "v7.db") as storage:
        await storage.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(12)))
        engine = ThompsonPerformanceEngine()
        queue = JobCoordinationService(engine)
        feed = Feed(storage, engine, queue)
        await feed.start()
        reactions, job = Reactions(feed, storage.saved), samples.posting(0)

        async def stages():
            return [saved.stage for saved in await storage.saved.list()]

        await reactions.keep(reactions.begin([job.summary()], ReactionKind.SAVE))
        assert [ApplicationStage.SAVED] == await stages()
        await reactions.keep(reactions.begin([job.summary()], ReactionKind.APPLIED))
        assert [ApplicationStage.APPLIED] == await stages()
        assert 2 == len(await storage.saved.history(job.id))
        await reactions.undo()
        assert [ApplicationStage.SAVED] == await stages()
        await reactions.undo()
        assert [] == await stages()
        await feed.close()
        await queue.stop()
