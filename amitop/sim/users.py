"""Who may log in, as manager.conf says it."""

from __future__ import annotations

from dataclasses import dataclass, field

from amitop.sim.privileges import mask_of


@dataclass(frozen=True, slots=True)
class User:
    """A user of the manager. *read* and *write* are comma lists of classes, or `all`."""

    name: str
    secret: str = field(repr=False)
    read: str = "all"
    write: str = "all"
    write_timeout: float = 0.1
    """Seconds that one write may stall before the session is cut off (`writetimeout`)."""
    multiple: bool = True
    """allowmultiplelogin."""

    @property
    def read_mask(self) -> int:
        """The classes of events that may be seen."""
        return mask_of(self.read)

    @property
    def write_mask(self) -> int:
        """The classes of actions that may be sent."""
        return mask_of(self.write)
