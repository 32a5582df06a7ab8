"""What became of a poll, in a sentence a person can act on."""

from typing import Final

from v7core.models.sources import PollOutcome

MEANING: Final[dict[PollOutcome, str]] = {
    PollOutcome.OK: "The last poll brought everything the board shows.",
    PollOutcome.UNCHANGED: "Nothing has changed on the board since the poll before.",
    PollOutcome.EMPTY: "The board answered and lists no job at present.",
    PollOutcome.PARTIAL: "Some pages did not come; what did is kept, and nothing was closed.",
    PollOutcome.RATE_LIMITED: "The board asks to wait. V7 waits; r would be refused too.",
    PollOutcome.CHANGED_SHAPE: "The board's pages look different from what V7 reads. Its jobs stay as they were.",
    PollOutcome.SLOW: "The board answers so slowly that the poll was ended. V7 tries again by itself.",
    PollOutcome.SUSPICIOUS_DROP: "Far fewer jobs than before: V7 believes it only when the next poll says the same.",
    PollOutcome.GONE: "The board is not at this address any more. D removes it; n adds its new address.",
    PollOutcome.BLOCKED: "The address may not be asked, or a captcha or login page came instead of the board.",
    PollOutcome.UNREACHABLE: "No answer: the network or the board is down. V7 tries again by itself; r tries now.",
    PollOutcome.CREDENTIALS: "A key is missing or was refused: see `v7 sources`.",
    PollOutcome.BREAKER_OPEN: "It failed several times in a row; V7 leaves it alone until the next try.",
    PollOutcome.PAUSED: "Paused by you. p goes on with it.",
    PollOutcome.DISABLED: "Switched off by you.",
}
