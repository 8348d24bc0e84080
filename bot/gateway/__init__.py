"""The doors: chat API and widget, text messages, console, health. See README.md."""
