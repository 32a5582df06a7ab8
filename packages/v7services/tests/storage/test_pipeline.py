"""Reactions move the pipeline in their own transaction, and undo takes exactly that back."""

import pytest

from v7core.models.feed import ReactionKind
from v7core.models.person import ApplicationStage as Stage
from v7core.testing import samples

JOB = samples.posting(0).id


async def stages(storage):
    return {saved.job.id: saved.stage for saved in await storage.saved.list()}


async def say(storage, kind, key):
    return await storage.log.append(samples.reaction(0, kind, key=key))


async def test_save_and_applied_put_a_job_there(stocked):
    """Interested and pass do not; applied moves a saved job on, save never moves one back."""
    await say(stocked, ReactionKind.INTERESTED, "a")
    await say(stocked, ReactionKind.PASS, "b")
    assert await stages(stocked) == {}
    await say(stocked, ReactionKind.SAVE, "c")
    assert {JOB: Stage.SAVED} == await stages(stocked)
    await say(stocked, ReactionKind.APPLIED, "d")
    await say(stocked, ReactionKind.SAVE, "e")
    assert {JOB: Stage.APPLIED} == await stages(stocked)


async def test_undo_takes_it_out_and_redo_puts_it_back(stocked):
    """To what an earlier reaction said, or out of the pipeline."""
    await say(stocked, ReactionKind.SAVE, "save")
    await say(stocked, ReactionKind.APPLIED, "applied")
    await stocked.log.append(samples.retraction("applied"))
    assert {JOB: Stage.SAVED} == await stages(stocked)
    await stocked.log.append(samples.retraction("save"))
    assert await stages(stocked) == {}
    await stocked.log.append(samples.retraction("undo-save"))
    assert {JOB: Stage.SAVED} == await stages(stocked)


async def test_undo_of_the_stronger_leaves_the_weaker(stocked):
    """In whatever order they were said."""
    await say(stocked, ReactionKind.APPLIED, "applied")
    await say(stocked, ReactionKind.SAVE, "save")
    await stocked.log.append(samples.retraction("applied"))
    assert {JOB: Stage.SAVED} == await stages(stocked)
    await stocked.log.append(samples.retraction("save"))
    assert await stages(stocked) == {}


async def test_undo_of_the_weaker_first_leaves_nothing_behind(stocked):
    """The step it stood on is gone with it."""
    await say(stocked, ReactionKind.SAVE, "save")
    await say(stocked, ReactionKind.APPLIED, "applied")
    await stocked.log.append(samples.retraction("save"))
    assert {JOB: Stage.APPLIED} == await stages(stocked)
    await stocked.log.append(samples.retraction("applied"))
    assert await stages(stocked) == {}


async def test_what_the_person_moved_stays(stocked):
    """An undo after an interview was arranged does not lose the interview."""
    await say(stocked, ReactionKind.SAVE, "save")
    await stocked.saved.move(JOB, Stage.INTERVIEW, note="Tuesday")
    await stocked.log.append(samples.retraction("save"))
    (saved,) = await stocked.saved.list()
    assert (Stage.INTERVIEW, "Tuesday") == (saved.stage, saved.note)


async def test_every_step_is_remembered_with_its_date(stocked, clock):
    """Also that it was taken out."""
    await say(stocked, ReactionKind.SAVE, "save")
    clock.advance(3600)
    await stocked.saved.move(JOB, Stage.APPLIED, note="by mail")
    await stocked.saved.remove(JOB)
    steps = await stocked.saved.history(JOB)
    assert [(Stage.SAVED, "save"), (Stage.APPLIED, None), (None, None)] == [(s.stage, s.event_key) for s in steps]
    assert [samples.NOW, clock.now(), clock.now()] == [step.at for step in steps]
    assert await stages(stocked) == {}


async def test_a_long_row_of_undo_and_redo_is_no_trouble(storage):
    """Three hundred changes of mind about one reaction."""
    await storage.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(1)))
    await say(storage, ReactionKind.SAVE, "k")

    def work(connection):
        from v7services.storage.events import row_of
        from v7services.storage.reaction_log import append_event

        for n in range(300):
            event = samples.retraction("k" if n == 0 else f"u{n - 1}", key=f"u{n}")
            append_event(connection, event, row_of(event), None)

    await storage.database.write(work)
    assert {JOB: Stage.SAVED} == await stages(storage)


async def test_notes_are_text(stocked):
    """A NUL is refused and nothing moved."""
    with pytest.raises(ValueError, match="NUL"):
        await stocked.saved.move(JOB, Stage.SAVED, note="a\0b")
    assert await stages(stocked) == {}
