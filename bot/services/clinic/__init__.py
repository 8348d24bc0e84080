"""What a clinic makes of the service: its settings, texts and rules."""
