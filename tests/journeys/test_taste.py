"""Whether reacting helps: the demo's persona says what she truly likes, and the next cards are more to her taste.

Her taste is written down beside the demo's data, by department and by words of a title; nothing of it reaches the
ranker but her reactions to twenty cards, one after the other, each the best of its round.
"""

import asyncio
import math
import random
import shutil
from dataclasses import replace
from statistics import mean, stdev

from v7core.models.feed import ReactionKind
from v7terminal.compose import opened_feed, opened_storage
from v7terminal.demo.catalogue import persona
from v7terminal.paths import Home

SEEDS = 20
REACTIONS = 20
CARDS = 10


def liked(posting, seed):
    """Whether she likes a job: the same answer for the same seed and job, however often she is asked."""
    interest = persona().taste.interest(posting.title, (*posting.departments, *posting.tags))
    return random.Random(f"{seed}/{posting.id}").random() < interest


async def likes_of(feed, seed):
    deck = await feed.deck(limit=CARDS)
    return sum([liked(await feed.detail(card.job.id), seed) for card in deck.cards])


async def likes_before_and_after(home, seed):
    async with opened_storage(Home(home)) as storage:
        await storage.settings.save(replace(await storage.settings.load(), seed=seed))
        async with opened_feed(storage) as feed:
            before = await likes_of(feed, seed)
            for _ in range(REACTIONS):
                (card,) = (await feed.deck(limit=1)).cards
                likes = liked(await feed.detail(card.job.id), seed)
                await feed.react(card.job.id, ReactionKind.INTERESTED if likes else ReactionKind.PASS)
            return before, await likes_of(feed, seed)


def test_after_twenty_reactions_the_next_ten_cards_are_liked_more(demo_folder, tmp_path):
    """Paired over twenty seeds, by more than two standard errors of the difference."""
    differences = []
    for seed in range(SEEDS):
        home = tmp_path / f"seed-{seed}"
        shutil.copytree(demo_folder, home)
        before, after = asyncio.run(likes_before_and_after(home, seed))
        differences.append(after - before)
        shutil.rmtree(home)
    error = stdev(differences) / math.sqrt(SEEDS)
    print(f"{mean(differences):+.2f} likes of ten, standard error {error:.2f}: {differences}")
    assert mean(differences) > 2 * error
    assert mean(differences) > 0
