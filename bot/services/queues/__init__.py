"""What waits to be sent or to be done: the outbox, the staff's tasks, who is called when nobody does them."""
