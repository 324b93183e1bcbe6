"""Whether tests that try many cases try them all, or what the inner loop (`tests/run --no-pbx`) has time for.

`tests/run` tries all, and so does continuous integration, which sets AMITOP_REQUIRE_PBX. Elsewhere AMITOP_THOROUGH=1
asks for it. No test is left out in the inner loop; some of them try fewer examples, or shorter times.
"""

import os

THOROUGH = "1" in {os.environ.get("AMITOP_THOROUGH"), os.environ.get("AMITOP_REQUIRE_PBX")}


def examples(number: int) -> int:
    """Return how many examples hypothesis tries of the *number* that it tries if all are tried."""
    return number if THOROUGH else number // 5
