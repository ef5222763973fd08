"""Writes test vectors of the engine's noise: an implementation of its own, in numpy.

    python noise_vectors.py > tidar-engine/src/test/resources/noise-vectors.csv

Philox4x32-10 (Salmon et al., SC 2011), key = seed, counter = (token, 0, position, 0), low word first; first word x,
v = (x + 0.5) / 2^32, noise = -ln(-ln(1 - v)) by the float32 operations that dev.tidar.sampling.Noise states.
The last column is the same in float64, by the library's logarithm.
"""
import math
import random

import numpy as np

f = np.float32
M = 0xFFFFFFFF


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & M, (p0 >> 32) ^ c[3] ^ k[1], p0 & M]
        k = [(k[0] + 0x9E3779B9) & M, (k[1] + 0xBB67AE85) & M]
    return c


# The known answers of the authors' own test suite (Random123, kat_vectors).
assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
assert philox([M] * 4, [M] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
assert philox([0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0]) == [
    0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]


def twice_artanh(s):
    z = f(s * s)
    p = f(0.09090909)
    for c in (0.11111111, 0.14285715, 0.2, 0.33333334):
        p = f(f(p * z) + f(c))
    t = f(f(2) * s)
    return f(t + f(f(t * z) * p))


def ln(x):
    bits = int(f(x).view(np.uint32))
    e = (bits >> 23) - 127
    m = np.uint32((bits & 0x7FFFFF) | 0x3F800000).view(np.float32)
    if m > f(1.4142135):
        m, e = f(m * f(0.5)), e + 1
    return f(f(f(e) * f(0.6931472)) + twice_artanh(f(f(m - f(1)) / f(m + f(1)))))


def gumbel(x):
    v = f(f(f(x) + f(0.5)) * f(2.0**-32))
    if v < f(0.25):
        e = twice_artanh(f(v / f(f(2) - v)))
    else:
        e = f(-ln(f(f(f(~x & M) + f(0.5)) * f(2.0**-32))))
    return f(-ln(e))


rnd = random.Random(11)
cases = [(0, 0, 0), (0, 1, 0), (0, 0, 1), (1, 0, 0), (-1, 7, 49151), (2**63 - 1, 8191, 151935), (-(2**63), 2**31 - 1, 2**31 - 1)]
cases += [(rnd.getrandbits(64) - 2**63, rnd.randrange(10000), rnd.randrange(152000)) for _ in range(193)]
print("seed,position,token,word,noise_bits,noise")
for seed, position, token in cases:
    s = seed & (2**64 - 1)
    x = philox([token, 0, position, 0], [s & M, s >> 32])[0]
    exact = -math.log(-math.log1p(-(x + 0.5) / 2**32))
    print(f"{seed},{position},{token},{x:08x},{int(gumbel(x).view(np.uint32)):08x},{exact:.9g}")
