"""What a message says to the question that was asked."""
