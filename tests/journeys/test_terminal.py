"""A person at a real terminal: first start, a source, triage, undo, search, the machine room, quit, and back again."""

import subprocess
import sys
import time

import pytest

COMMAND = f"{sys.executable} -m v7terminal; echo ended with $?; exec cat"


def test_from_the_first_start_to_the_second(board, v7, terminal, home):
    """First run → add source → refresh → triage 10 → undo → search → live → quit → a restart finds everything."""
    terminal.start(COMMAND)
    terminal.until("1 of 3")
    terminal.type("Night nurse, ten years on wards")
    terminal.keys("Enter")
    terminal.until("2 of 3")
    terminal.type("Teacher of nurses")
    terminal.keys("Enter")
    terminal.until("3 of 3")
    terminal.type("https://jobs.lever.co/acme")
    terminal.keys("Enter")
    terminal.until("nurse", "Acme", "1/24")

    for number, key in enumerate("ixsaixixix", 1):
        terminal.keys(key)
        terminal.until(f"/{24 - number}")
    terminal.keys("u")
    terminal.until("/15")

    terminal.keys("2")
    terminal.until("Search")
    terminal.keys("/")
    terminal.until("enter Find")
    terminal.type("gardener")
    terminal.until("Gardener")
    terminal.keys("Enter")
    terminal.until("f Keep")

    terminal.keys("3")
    terminal.until("Production Monitoring", "Thompson", "Memory", "1 of 1 ok")

    terminal.keys("q")
    terminal.until("ended with 0")
    assert (
        10
        == sum(1 for line in v7("reactions").splitlines() if "taken back" not in line and "takes back" not in line) + 1
    )
    terminal.kill()

    terminal.start(COMMAND)
    terminal.until("Production Monitoring", "1 of 1 ok")  # where it was left
    terminal.keys("1")
    terminal.until("/15")
    terminal.keys("5")
    terminal.until("saved", "applied")
    terminal.keys("q")
    terminal.until("ended with 0")


def test_a_terminal_that_goes_away_loses_nothing(board, v7, terminal, home):
    """The window is closed in the middle: what was acknowledged is kept, and no process is left."""
    v7("sources", "add", "lever:acme")
    v7("profile", "match", "--file", "-", stdin="nurse")
    v7("refresh")
    terminal.start(COMMAND)
    terminal.until("1/24")
    terminal.keys("i")
    terminal.until("/23")
    terminal.kill()
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        left = subprocess.run(["pgrep", "-f", str(home)], capture_output=True, text=True, check=False).stdout
        if not left:
            break
        time.sleep(0.1)
    assert "" == left
    assert 1 == len(v7("reactions", "--ids").split())


@pytest.mark.slow
def test_a_suspended_app_gives_the_terminal_back_and_takes_it_again(board, v7, terminal, home):
    """ctrl+z shows the shell, fg the deck as it was."""
    v7("sources", "add", "lever:acme")
    v7("profile", "match", "--file", "-", stdin="nurse")
    v7("refresh")
    terminal.start("PS1='shell> ' bash --norc --noprofile")
    terminal.until("shell>")
    terminal.type(f"{sys.executable} -m v7terminal")
    terminal.keys("Enter")
    terminal.until("1/24")
    terminal.keys("C-z")
    terminal.until("Stopped")
    terminal.type("fg")
    terminal.keys("Enter")
    terminal.until("1/24", "i Interested")
    terminal.keys("i")
    terminal.until("/23")
    terminal.keys("q")
    terminal.until("shell>")
    terminal.type("echo status $?")
    terminal.keys("Enter")
    terminal.until("status 0")


@pytest.mark.slow
def test_a_storm_of_resizes_ends_in_a_whole_screen(board, v7, terminal, home):
    """From one cell to a wall, and back."""
    v7("sources", "add", "lever:acme")
    v7("profile", "match", "--file", "-", stdin="nurse")
    v7("refresh")
    terminal.start(COMMAND)
    terminal.until("1/24")
    for width, height in ((1, 1), (500, 200), (20, 4), (80, 24), (2, 60), (300, 5), (80, 24)):
        terminal.resize(width, height)
    terminal.until("1/24", "i Interested")
    terminal.keys("q")
    terminal.until("ended with 0")
