"""What one PBX's state is kept right with beside its events: lists, each asked for when it is due and no more often."""
