"""`python -m bot.engine.tune [screen|intents]`: what is learned with gradients, and committed.

    screen     the safety screen, from `data/corpus`: models/safety-screen.npz, about an hour of one core
    intents    kinds of turns, from the examples of the intent classifier: models/intents.npz, half an hour

Without a name both. With `--learning-curve` nothing is written: the screen learns from a quarter, a half and
three quarters of the voices, and it prints what each would find, to tell whether more messages would help.
"""

from __future__ import annotations

import argparse

import tensorflow as tf

from bot.engine.intent_tuning import tune_intents
from bot.engine.screen_tuning import corpus, learning_curve, tune_screen

TUNED = {"screen": tune_screen, "intents": tune_intents}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", choices=sorted(TUNED), help="one of them; else both")
    parser.add_argument(
        "--learning-curve", action="store_true", help="print, for growing shares; write nothing"
    )
    args = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    if args.learning_curve:
        for line in learning_curve(corpus()):
            print(line, flush=True)
        return
    for name, tune in TUNED.items():
        if args.what in (None, name):
            print(tune(), flush=True)


if __name__ == "__main__":
    main()
