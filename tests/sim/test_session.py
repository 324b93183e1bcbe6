"""Login, rights and masks, as `ami.md` A.7 and A.8 have them; what is said is what Asterisk 22.10 said to the same."""

import asyncio
import hashlib

import pytest

from amitop.sim.event import Event, lines

ACCEPTED = "Response: Success | Message: Authentication accepted"
BOOTED = "Event: FullyBooted | Privilege: system,all | Uptime: 0 | LastReload: 0 | Status: Fully Booted"


def event(cls: str, name: str, *headers: tuple[str, str]) -> Event:
    return Event(cls, name, (lines([("Event", name), ("Privilege", f"{cls},all"), *headers]), b"\r\n"))


async def test_the_banner_is_one_line_without_an_empty_one(connect):
    client = await connect(None)
    assert client.banner == b"Asterisk Call Manager/11.0.0\r\n"
    assert await client.ask("Ping") == "Response: Error | Message: Permission denied"


async def test_a_login_says_that_the_pbx_has_booted(connect):
    client = await connect()
    assert await client.packet() == BOOTED


@pytest.mark.parametrize(("user", "secret", "events"), [("muzzled", "mute", "on"), ("admin", "s3cret", "call")])
async def test_who_may_or_will_not_see_the_system_is_not_told(connect, user, secret, events):
    client = await connect(user, secret, events)
    assert (await client.ask("Ping")).startswith("Response: Success | Ping: Pong | Timestamp: ")


async def test_md5(connect):
    client = await connect(None)
    assert await client.ask("Challenge") == "Response: Error | Message: Must specify AuthType"
    answer = await client.ask("Challenge", AuthType="md5")
    challenge = answer.removeprefix("Response: Success | Challenge: ")
    assert challenge.isdigit()
    assert await client.ask("Challenge", AuthType="MD5") == answer, "it stays for the session"
    key = hashlib.md5(f"{challenge}s3cret".encode()).hexdigest()
    assert await client.ask("Login", AuthType="MD5", Username="admin", Key=key, Events="off") == ACCEPTED
    assert (
        await client.ask("Login", Username="admin", Secret="wrong")
        == "Response: Success | Message: Already authenticated"
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Username": "admin", "Secret": "wrong"},
        {"Username": "Admin", "Secret": "s3cret"},
        {"Username": "admin", "AuthType": "MD5", "Key": hashlib.md5(b"s3cret").hexdigest()},
        {},
    ],
    ids=["secret", "user", "no challenge", "nothing"],
)
async def test_a_wrong_login_is_told_so_and_ends(connect, headers):
    client = await connect(None)
    assert await client.ask("Login", **headers) == "Response: Error | Message: Authentication failed"
    assert await client.at_end()


async def test_a_user_who_may_log_in_once(connect):
    await connect("alone", "only")
    second = await connect(None)
    assert (
        await second.ask("Login", Username="alone", Secret="only") == "Response: Error | Message: Login Already In Use"
    )
    assert await second.at_end()


async def test_good_bye(connect):
    client = await connect()
    assert await client.ask("Logoff") == "Response: Goodbye | Message: Thanks for all the fish."
    assert await client.at_end()


async def test_too_many_who_have_not_logged_in(server, connect):
    server.auth_limit = 2
    await connect(None)
    await connect(None)
    third = await asyncio.open_connection(server.host, server.port)
    assert await third[0].read() == b"", "not even a banner"
    third[1].close()


async def test_who_takes_too_long_to_log_in_is_cut(server, connect):
    server.auth_timeout = 0.05
    client = await connect(None)
    assert await client.at_end()


@pytest.mark.parametrize(
    ("mask", "answer"),
    [
        ("", "Response: Error | Message: Invalid event mask"),
        ("nope", "Response: Success | Events: Off"),
        ("off", "Response: Success | Events: Off"),
        ("call,agent", "Response: Success | Events: On"),
        ("0", "Response: Success | Events: Off"),
        ("3", "Response: Success | Events: On"),
        ("none", "Response: Success | Events: Off"),
    ],
)
async def test_masks(connect, mask, answer):
    client = await connect()
    assert await client.ask("Events", EventMask=mask) == answer


async def test_an_event_needs_the_right_and_the_wish(server, exchange, connect):
    everything, watcher = await connect(), await connect("watcher", "look", "call,dialplan")
    assert await everything.packet() == BOOTED
    for cls in ("call", "dialplan", "agent"):
        server._tell(event(cls, cls.title()))
    assert [(await everything.packet()).partition(" | ")[0] for _ in range(3)] == [
        "Event: Call",
        "Event: Dialplan",
        "Event: Agent",
    ]
    assert await watcher.packet() == "Event: Call | Privilege: call,all"
    assert (await watcher.ask("Ping")).startswith("Response: Success")


async def test_only_events_that_somebody_may_see_are_made(exchange, connect):
    assert exchange.wanted == frozenset()
    client = await connect("watcher", "look", "call,dialplan")
    assert exchange.wanted == {"call"}
    await client.ask("Events", EventMask="agent")
    assert exchange.wanted == {"agent"}
    await client.ask("Logoff")
    await client.at_end()
    async with asyncio.timeout(30):
        while exchange.wanted:  # noqa: ASYNC110 (the server hears of the end a moment later)
            await asyncio.sleep(0.01)


async def test_rights_and_what_the_list_of_commands_says_of_them(server, connect):
    client = await connect("watcher", "look")
    assert await client.ask("Hangup", Channel="x") == "Response: Error | Message: Permission denied"
    listed = await client.ask("ListCommands")
    assert "CoreShowChannels: List currently active channels.  (Priv: system,reporting,all)" in listed
    assert "QueueStatus: Show queue status.  (Priv: <none>)" in listed
    assert "Hangup:" not in listed
    assert "PJSIPShowEndpoints:" not in listed
    names = [line.partition(":")[0] for line in listed.split(" | ")[1:]]
    assert names == sorted(names, key=str.lower)

    server.without.add("app_queue")
    assert "QueueStatus:" not in await client.ask("ListCommands")
    unknown = "Invalid/unknown command: QueueStatus. Use Action: ListCommands to show available commands."
    assert await client.ask("QueueStatus") == f"Response: Error | Message: {unknown}"


async def test_while_it_shuts_down_it_says_so_to_everything(server, connect):
    client = await connect()
    server.shutting_down = True
    assert await client.ask("Ping") == "Response: Error | Message: Asterisk is shutting down"


async def test_events_that_an_answer_causes_follow_it(exchange, connect, monkeypatch):
    client, other = await connect(), await connect(events="user")
    await client.packet()
    monkeypatch.setattr(
        exchange,
        "user_event",
        lambda name, headers: [hear(event("user", "UserEvent", *headers)) for hear in exchange.listeners],
    )
    client.send("Action: UserEvent\r\nUserEvent: Foo\r\nHeader1: x\r\nActionID: ue\r\n\r\nAction: Ping\r\n\r\n")
    assert await client.packet() == "Response: Success | ActionID: ue | Message: Event Sent"
    said = "Event: UserEvent | Privilege: user,all | Header1: x | ActionID: ue"
    assert await client.packet() == said
    assert (await client.packet()).startswith("Response: Success | Ping: Pong")
    assert await other.packet() == said
