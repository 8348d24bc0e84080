"""What the words say: concepts, frames, assertions, whose story it is; from findings to facts."""
