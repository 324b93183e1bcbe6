"""The actions that the simulated PBX answers, one file per area. Importing this enters all of them into the table."""

from amitop.sim.actions import (
    bridges,
    calls,
    conferences,
    core,
    endpoints,
    login,
    media,
    originate,
    parking,
    protocol,
    queues,
    registrations,
    states,
)

__all__ = [
    "bridges",
    "calls",
    "conferences",
    "core",
    "endpoints",
    "login",
    "media",
    "originate",
    "parking",
    "protocol",
    "queues",
    "registrations",
    "states",
]
