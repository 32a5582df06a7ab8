"""Which addresses may be asked, and what a resolver that misbehaves comes to."""

import ipaddress
import socket
import threading

import pytest

from v7core.errors import BlockedError, DnsError, FetchTimeout, SourceError
from v7services.http.guard import is_public
from v7services.http.limits import Rate
from v7services.http.messages import Origin, get

PRIVATE = """127.0.0.1
127.9.9.9 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 255.255.255.255 224.0.0.1
240.0.0.1 192.0.2.1 198.18.0.1 ::1 :: fe80::1 fc00::1 fd12::1 fec0::1 ff02::1 ::ffff:127.0.0.1
::ffff:10.0.0.1 ::127.0.0.1
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 2002:7f00:1:: 2002:a00:1:: 2001:db8::1 100::1""".split()
PUBLIC = "93.184.216.34 1.1.1.1 2606:4700::1111 ::ffff:93.184.216.34 64:ff9b::5db8:d822".split()


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_the_public_internet(address):
    """Also when IPv4 hides in IPv6."""
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is(address):
    """Ordinary addresses, mapped or translated."""
    assert is_public(ipaddress.ip_address(address))


def answers(*addresses):
    turns = list(addresses)

    def resolver(_host, port):
        address = turns.pop(0) if len(turns) > 1 else turns[0]
        if isinstance(address, Exception):
            raise address
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in address.split()]

    return resolver


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "169.254.169.254", "::1", "64:ff9b::7f00:1", "93.184.216.34 127.0.0.1"]
)
async def test_a_name_of_a_private_address_is_refused(make_fetcher, address):
    """A single private address among public ones is enough."""
    with pytest.raises(BlockedError) as caught:
        await make_fetcher(resolver=answers(address)).get(get("https://boards.example/jobs"))
    assert caught.value.target == "boards.example:443"


async def test_the_address_that_was_checked_is_the_one_that_is_asked(server, private, make_fetcher):
    """A name that changes between look-ups is looked up once for each connection, and judged each time."""
    server.answers["/jobs"] = server.reply(b"{}")
    allowed = frozenset({Origin("boards.example", server.port)})
    fetcher = make_fetcher(resolver=answers("127.0.0.1", "10.0.0.1"), allowed_origins=allowed)
    assert (await fetcher.get(get(f"http://boards.example:{server.port}/jobs"))).body == b"{}"
    assert server.asked[0].headers["host"] == f"boards.example:{server.port}"
    with pytest.raises(BlockedError):  # the server closed the connection: the next one asks the resolver again
        await fetcher.get(get(f"http://boards.example:{server.port}/jobs"))
    assert [] == private.asked


@pytest.mark.parametrize(
    ("problem", "temporary", "asked"),
    [(socket.gaierror(socket.EAI_NONAME, "x"), False, 2), (socket.gaierror(socket.EAI_AGAIN, "x"), True, 3)],
)
async def test_a_name_that_does_not_resolve(make_fetcher, problem, temporary, asked):
    """Once more for a name that does not exist, three tries for a resolver that is not well."""
    calls = []

    def resolver(host, _port):
        calls.append(host)
        raise problem

    with pytest.raises(DnsError) as caught:
        await make_fetcher(resolver=resolver).get(get("https://nx.example/jobs"), rate=Rate(requests=9))
    assert (temporary, asked) == (caught.value.temporary, len(calls))


async def test_a_resolver_that_hangs_ends_with_the_deadline(make_fetcher):
    """And says where the time went."""
    held = threading.Event()

    def resolver(_host, _port):
        held.wait(5.0)
        return []

    try:
        with pytest.raises(FetchTimeout) as caught:
            await make_fetcher(resolver=resolver).get(get("https://slow.example/jobs", timeout_s=0.2))
        assert caught.value.stage == "dns"
    finally:
        held.set()


@pytest.mark.parametrize("name", ["a" * 300 + ".example", "x..example", "\u2603.example", "bad_\u0000name"])
async def test_a_name_that_is_none_is_typed(make_fetcher, name):
    """No UnicodeError, no ValueError."""
    fetcher = make_fetcher(resolver=answers(socket.gaierror(socket.EAI_NONAME, "x")))
    with pytest.raises(SourceError):
        await fetcher.get(get(f"https://{name}/jobs"), rate=Rate(requests=9))
