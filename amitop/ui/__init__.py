"""The dashboard: Textual widgets that read through `amitop.views` and act through `amitop.control`."""

import os

# What has changed is painted at the next beat of a clock whose rate Textual reads once, when it is imported. At its 60
# beats a second a key waits for 8 ms on average before anything is painted; a beat without a change costs nothing.
os.environ.setdefault("TEXTUAL_FPS", "200")
