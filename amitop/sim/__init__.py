"""A PBX that speaks AMI, for `amitop demo` and the tests: an Asterisk 22 that exists only in memory (`ami.md` B, H).

It imports nothing of amitop, so that a mistake in the state that amitop keeps shows against it. From the inside out:

- `clock`: virtual time. `event`: what one AMI event is, as bytes. `switch`: what an exchange has, and its loudspeaker.
- One file per idea for what happens in it: `channels`, `dialplan`, `dialing`, `bridging`, `queues`, `parking`, ...
- `exchange`: the verbs, which callers, agents and AMI actions use; `truth`: what is really so, for tests.
- `server`, `session`, `actions`: the AMI on top of it.
"""
