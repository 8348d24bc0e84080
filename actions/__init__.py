"""The engine's custom actions: a thin door to the services. One module a topic, no clinical rule."""
