"""How state is shown, without a terminal: columns as data, filters, words for durations and parties."""
