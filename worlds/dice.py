"""Counter-based randomness: every draw is a pure function of (key, step, agent, stream).

Nothing is drawn from a generator with a state, so an episode is the same whatever the batch, the thread or the order in
which it is computed. The mixing function is the finaliser of SplitMix64 (Steele, Lea & Flood 2014), applied twice.
"""

import numpy as np
from numba import njit, uint64

# Streams keep the uses of chance apart.
MAP, PLACE, FRUIT, TIE, REGROW, ACTION, TYPE, NAME, ROLE, PROMPT, OPTION, GAME, SEEN, CAST, MARK, STRANGER = range(16)
SLIP, SLIPPED, LUCK, COMPASS = range(16, 20)

SPLITS = ("train", "validation", "test")

_ADD = np.uint64(0x9E3779B97F4A7C15)
_MUL1 = np.uint64(0xBF58476D1CE4E5B9)
_MUL2 = np.uint64(0x94D049BB133111EB)
_TWELVE = 12
_S27, _S30, _S31, _S32, _S11 = (np.uint64(s) for s in (27, 30, 31, 32, 11))


@njit(cache=True, nogil=True, inline="always")
def mix(word):
    """One bijective scramble of a 64-bit word."""
    word = (word ^ (word >> _S30)) * _MUL1
    word = (word ^ (word >> _S27)) * _MUL2
    return word ^ (word >> _S31)


@njit(cache=True, nogil=True)
def key(seed, split, episode):
    """The key of one episode, uint64; `split` is an index into SPLITS. It serves as the episode's own seed."""
    word = mix(uint64(seed) + _ADD)
    word = mix(word ^ (uint64(split + 1) * _MUL1))
    return mix(word ^ (uint64(episode + 1) * _MUL2))


@njit(cache=True, nogil=True, inline="always")
def draw(episode_key, step, agent, stream):
    """A uniform uint64 for this key, step (< 2**32), agent (< 2**24) and stream (< 2**8)."""
    counter = (uint64(step) << _S32) ^ (uint64(agent) << np.uint64(8)) ^ uint64(stream)
    return mix(mix(counter * _ADD + episode_key) + _ADD)


@njit(cache=True, nogil=True, inline="always")
def uniform(word):
    """A float64 in [0, 1) from the upper 53 bits of a draw."""
    return np.float64(word >> _S11) * (1.0 / 9007199254740992.0)


@njit(cache=True, nogil=True, inline="always")
def below(word, count):
    """An int64 in [0, count), count < 2**32, by multiply and shift of the upper 32 bits."""
    return np.int64(((word >> _S32) * uint64(count)) >> _S32)


@njit(cache=True, nogil=True)
def pick(episode_key, step, agent, stream, count):
    """One draw as an int64 in [0, count): for callers outside compiled code."""
    return below(draw(uint64(episode_key), step, agent, stream), count)


@njit(cache=True, nogil=True)
def action(key, step, agent, chance):
    """An action with the given chances (a,), by inversion of the running sum; never one whose chance is 0."""
    left, last = uniform(draw(key, step, agent, ACTION)), 0
    for a in range(len(chance)):
        if chance[a] > 0.0:
            last = a
            left -= chance[a]
            if left < 0.0:
                break
    return last


@njit(cache=True, nogil=True)
def actions(key, step, agent, chance, out):
    """Actions at a step of agents of several episodes: key (r,) uint64, agent (r,), chance (r, a) -> out (r,) int."""
    for r in range(len(agent)):
        out[r] = action(key[r], step, agent[r], chance[r])


@njit(cache=True, nogil=True)
def uniforms(key, place, count):
    """(count,) float64 in [0, 1), for a key that serves nothing else but `normals`."""
    out = np.empty(count)
    for i in range(count):
        out[i] = uniform(draw(uint64(key), i, place, _TWELVE))
    return out


@njit(cache=True, nogil=True)
def normals(key, place, count):
    """(count,) float64 of mean 0 and variance 1, for such a key: twelve uniforms less six, which every machine adds up
    to the same bits."""
    out = np.empty(count)
    for i in range(count):
        total = -6.0
        for part in range(_TWELVE):
            total += uniform(draw(uint64(key), i, place, part))
        out[i] = total
    return out
