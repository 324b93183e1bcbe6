"""The dashboard: Textual widgets that read through `amitop.views` and act through `amitop.control`."""
