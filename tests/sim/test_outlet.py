"""When a client is given up: told by a clock in the test's hands, and a socket that takes what the test lets it."""

import pytest

from amitop.sim.outlet import AT_MOST, Outlet


class Handle:
    def __init__(self, when, call):
        self.when, self.call = when, call

    def cancel(self):
        self.call = None


class Loop:
    """An event loop's clock."""

    def __init__(self):
        self.now = 0.0
        self.handles = []

    def time(self):
        return self.now

    def call_later(self, delay, call):
        self.handles.append(Handle(self.now + delay, call))
        return self.handles[-1]

    def call_soon(self, call):
        return self.call_later(0.0, call)

    def advance(self, seconds):
        end = self.now + seconds
        while due := [handle for handle in self.handles if handle.call and handle.when <= end]:
            first = min(due, key=lambda handle: handle.when)
            self.now, call, first.call = first.when, first.call, None
            call()
        self.now = end


class Transport:
    """A socket's buffer."""

    def __init__(self):
        self.written = []
        self.waiting = 0
        self.closing = False

    def set_write_buffer_limits(self, high):
        assert high == 0

    def get_write_buffer_size(self):
        return self.waiting

    def is_closing(self):
        return self.closing

    def write(self, data):
        self.written.append(data)

    def close(self):
        self.closing = True


@pytest.fixture
def loop():
    return Loop()


@pytest.fixture
def transport():
    return Transport()


@pytest.fixture
def outlet(transport, loop):
    outlet = Outlet(transport, loop, lambda: given_up.append(loop.now))
    outlet.given_up = given_up = []
    return outlet


def test_what_is_said_in_one_turn_is_written_at_once(outlet, transport, loop):
    outlet.write(b"a")
    outlet.write(b"b")
    assert transport.written == []
    loop.advance(0)
    assert transport.written == [b"ab"]


def test_who_takes_nothing_is_given_up(outlet, transport, loop):
    outlet.write(b"x" * 1000)
    loop.advance(0)
    transport.waiting = 400
    outlet.paused()
    loop.advance(0.09)
    assert not outlet.given_up
    loop.advance(0.02)
    assert outlet.given_up == [pytest.approx(0.1)]


def test_who_takes_a_little_now_and_then_is_not(outlet, transport, loop):
    outlet.write(b"x" * 1000)
    loop.advance(0)
    transport.waiting = 1000
    outlet.paused()
    for _ in range(50):
        transport.waiting -= 1
        outlet.write(b"more")  # said, and left over too
        transport.waiting += 4
        loop.advance(0.1)
    assert not outlet.given_up
    loop.advance(0.1)
    assert outlet.given_up


def test_who_has_taken_all_starts_anew(outlet, transport, loop):
    outlet.write(b"x" * 1000)
    loop.advance(0)
    transport.waiting = 1000
    outlet.paused()
    loop.advance(0.05)
    transport.waiting = 0
    outlet.resumed()
    loop.advance(1)
    assert not outlet.given_up


def test_patience_is_the_users(outlet, transport, loop):
    outlet.patience = 5.0
    transport.waiting = 10
    outlet.paused()
    loop.advance(4.9)
    assert not outlet.given_up
    loop.advance(0.2)
    assert outlet.given_up


def test_a_client_that_reads_but_never_catches_up(outlet, transport, loop):
    outlet.write(b"x" * (AT_MOST + 2))
    loop.advance(0)
    transport.waiting = AT_MOST + 2
    outlet.paused()
    transport.waiting -= 1
    loop.advance(0.1)
    assert outlet.given_up


def test_nothing_is_written_after_the_end(outlet, transport, loop):
    outlet.write(b"last")
    outlet.close()
    assert transport.written == [b"last"]
    outlet.write(b"later")
    loop.advance(1)
    assert transport.written == [b"last"]


def test_pieces_keep_their_order_and_their_pauses(outlet, transport, loop):
    outlet.spoil = lambda data: [(1.0, data[i : i + 2]) for i in range(0, len(data), 2)]
    outlet.write(b"abcd")
    loop.advance(0.5)
    outlet.write(b"ef")
    loop.advance(0)
    outlet.spoil = None
    outlet.write(b"end")
    loop.advance(0.6)
    assert transport.written == [b"ab"]
    loop.advance(10)
    assert b"".join(transport.written) == b"abcdefend"


def test_silence_for_a_while(outlet, transport, loop):
    outlet.hold(2.0)
    outlet.write(b"a")
    loop.advance(1.9)
    outlet.write(b"b")
    assert transport.written == []
    loop.advance(0.2)
    assert transport.written == [b"ab"]
