"""What learned beside the grammar: the encoders, and the safety screen."""
