"""Golden values for src/algorithms/statistics/rogan-gladen.ts, computed by numpy and scipy (not in CI).

    python3 -m venv .venv/oracle-stats
    .venv/oracle-stats/bin/pip install scipy==1.17.1
    .venv/oracle-stats/bin/python scripts/golden-rogan-gladen.py > test/fixtures/statistics/rogan-gladen.json
"""

import json

import numpy as np
import scipy
from scipy import stats

RESAMPLES = 200_000
Z = stats.norm.ppf(0.975)
rng = np.random.default_rng(20261128)


def corrected(p, se, sp):
    return np.clip((p + sp - 1) / (se + sp - 1), 0, 1)


def lang_reiczigel(positive, tested, found, weak, clean, secure):
    """Lang & Reiczigel 2014, Prev. Vet. Med. 113, 13-22: independent binomial samples, a closed form."""
    n, p = tested + Z**2, (positive + Z**2 / 2) / (tested + Z**2)
    se, sp = (found + 1) / (weak + 2), (clean + 1) / (secure + 2)
    value = (p + sp - 1) / (se + sp - 1)
    shift = 2 * Z**2 * (value * se * (1 - se) / (weak + 2) - (1 - value) * sp * (1 - sp) / (secure + 2))
    variance = (
        p * (1 - p) / n + value**2 * se * (1 - se) / (weak + 2) + (1 - value) ** 2 * sp * (1 - sp) / (secure + 2)
    ) / (se + sp - 1) ** 2
    half = Z * variance**0.5
    return [float(100 * np.clip(value + shift + side * half, 0, 1)) for side in (-1, 1)]


def independent(positive, tested, found, weak, clean, secure):
    """Every item is a cluster of its own: drawing items again is drawing binomials."""
    draws = np.random.default_rng(1)
    values = 100 * corrected(
        draws.binomial(tested, positive / tested, RESAMPLES) / tested,
        draws.binomial(weak, found / weak, RESAMPLES) / weak,
        draws.binomial(secure, clean / secure, RESAMPLES) / secure,
    )
    counts = dict(positive=positive, tested=tested, found=found, weak=weak, clean=clean, secure=secure)
    return {
        **counts,
        "value": float(100 * corrected(positive / tested, found / weak, clean / secure)),
        "bootstrap": [float(x) for x in np.percentile(values, [2.5, 97.5])],
        "langReiczigel": lang_reiczigel(**counts),
    }


def clustered(name, answers, calibration, spread):
    """Clusters of items that share a disposition; those of the calibration hold weak and secure items, tied to each other."""

    def cluster_sums(count, rates):
        columns = []
        for _ in range(count):
            shift = rng.normal(0, spread)
            for rate in rates:
                of = int(rng.integers(1, 6))
                logit = np.log(rate / (1 - rate)) + (shift if rate < 0.9 else -shift)
                columns += [int(rng.binomial(of, 1 / (1 + np.exp(-logit)))), of]
        return np.array(columns, float).reshape(count, -1).T

    found = cluster_sums(answers, [0.3])
    tried = cluster_sums(calibration, [0.7, 0.92])

    def statistic(top, bottom, axis=-1):
        return top.sum(axis) / bottom.sum(axis)

    # scipy draws the samples of unpaired data apart and the columns of paired data together; this needs both at once.
    draws = np.random.default_rng(2)
    values = []
    for _ in range(RESAMPLES // 10_000):
        a = draws.integers(0, answers, (10_000, answers))
        c = draws.integers(0, calibration, (10_000, calibration))
        values.append(corrected(
            statistic(found[0][a], found[1][a]),
            statistic(tried[0][c], tried[1][c]),
            statistic(tried[2][c], tried[3][c]),
        ))
    point = corrected(statistic(*found), statistic(tried[0], tried[1]), statistic(tried[2], tried[3]))
    return {
        "name": name,
        "apparent": found.astype(int).tolist(),
        "sensitivity": tried[:2].astype(int).tolist(),
        "specificity": tried[2:].astype(int).tolist(),
        "value": float(100 * point),
        "bootstrap": [float(100 * x) for x in np.percentile(np.concatenate(values), [2.5, 97.5])],
    }


print(json.dumps({
    "oracle": {"scipy": scipy.__version__, "numpy": np.__version__},
    "resamples": RESAMPLES,
    "independent": [
        independent(positive=50, tested=3330, found=130, weak=157, clean=3308, secure=3324),
        independent(positive=60, tested=200, found=70, weak=100, clean=92, secure=100),
        independent(positive=150, tested=400, found=45, weak=80, clean=140, secure=150),
        independent(positive=12, tested=150, found=180, weak=200, clean=190, secure=200),
    ],
    "clustered": [
        clustered("many clusters", answers=120, calibration=90, spread=0.8),
        clustered("few clusters", answers=40, calibration=20, spread=0.6),
    ],
}, separators=(",", ":")))
