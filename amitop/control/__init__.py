"""What a person does to a PBX: who is meant, what will happen in words, the action, and what the events say of it."""
