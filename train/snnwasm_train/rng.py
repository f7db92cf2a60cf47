"""Random numbers as a function of (seed, purpose, index), never of what was drawn before.

Training draws the order of an epoch and the augmentation of a step from generators made here, so the
step counter in a checkpoint *is* the state of every generator, and a resumed run sees what an
uninterrupted one would have seen.
"""

import hashlib

import torch


def generator(seed: int, purpose: str, index: int = 0) -> torch.Generator:
    """A CPU generator (the same numbers on every device) for one purpose and one index."""
    digest = hashlib.sha256(f"{seed}/{purpose}/{index}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "little") >> 1)
