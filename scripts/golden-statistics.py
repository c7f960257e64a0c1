"""Golden values for src/algorithms/statistics, computed by scipy and statsmodels (not in CI).

    python3 -m venv .venv/oracle-stats
    .venv/oracle-stats/bin/pip install scipy==1.17.1 statsmodels==0.15.0
    .venv/oracle-stats/bin/python scripts/golden-statistics.py > test/fixtures/statistics/golden.json
"""

import json
import math
from fractions import Fraction

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

RESAMPLES = 200_000
rng = np.random.default_rng(20261120)


def clustered_arms(clusters, per_cluster, base, gain, spread):
    """Items of two arms; members of a cluster share their difficulty, so they are not independent."""
    items = []
    for cluster in range(clusters):
        shift = rng.normal(0, spread)
        for _ in range(int(rng.integers(1, per_cluster + 1))):
            func = [bool(rng.random() < 0.85), bool(rng.random() < 0.85)]
            logit = math.log(base / (1 - base)) + shift
            secure = [
                bool(rng.random() < 1 / (1 + math.exp(-logit))),
                bool(rng.random() < 1 / (1 + math.exp(-(logit + gain)))),
            ]
            items.append({"cluster": f"k{cluster}", "func": func, "secure": secure})
    return items


def sums(items, arm, metric):
    names = list(dict.fromkeys(item["cluster"] for item in items))
    top = dict.fromkeys(names, 0)
    bottom = dict.fromkeys(names, 0)
    for item in items:
        func, secure = item["func"][arm], item["secure"][arm]
        top[item["cluster"]] += func if metric == "func" else func and secure
        bottom[item["cluster"]] += func if metric == "secRatio" else 1
    return np.array([top[n] for n in names], float), np.array([bottom[n] for n in names], float)


def bootstrap(data, statistic):
    result = stats.bootstrap(
        data, statistic, paired=True, vectorized=True, n_resamples=RESAMPLES, batch=5_000,
        method="percentile", rng=np.random.default_rng(1),
    )
    return [result.confidence_interval.low, result.confidence_interval.high]


def ratio(top, bottom, axis=-1):
    return 100 * top.sum(axis) / bottom.sum(axis)


def difference(from_top, from_bottom, to_top, to_bottom, axis=-1):
    return ratio(to_top, to_bottom, axis) - ratio(from_top, from_bottom, axis)


def permutation(items, metric):
    """Swaps arms within clusters; secRatio: only items that are right in both arms."""
    kept = [it for it in items if metric != "secRatio" or all(it["func"])]
    (a, _), (b, _) = sums(kept, 0, metric), sums(kept, 1, metric)

    def statistic(a, b, axis=-1):
        return (b - a).sum(axis)

    result = stats.permutation_test(
        (a, b), statistic, permutation_type="samples", vectorized=True, alternative="two-sided",
        n_resamples=np.inf if len(a) <= 12 else RESAMPLES, batch=5_000, rng=np.random.default_rng(2),
    )
    return {"exact": len(a) <= 12, "pValue": float(result.pvalue)}


def scenario(name, **shape):
    items = clustered_arms(**shape)
    metrics = {}
    for metric in ("func", "funcSec", "secRatio"):
        before, after = sums(items, 0, metric), sums(items, 1, metric)
        metrics[metric] = {
            "before": {"value": float(ratio(*before)), "interval": bootstrap(before, ratio)},
            "after": {"value": float(ratio(*after)), "interval": bootstrap(after, ratio)},
            "difference": {
                "value": float(difference(*before, *after)),
                "interval": bootstrap((*before, *after), difference),
            },
            "permutation": permutation(items, metric),
        }
    return {"name": name, "items": items, "metrics": metrics}


golden = {
    "oracle": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "numpy": np.__version__},
    "resamples": RESAMPLES,
    "wilson": [
        {"hits": h, "n": n, "interval": [float(100 * x) for x in proportion_confint(h, n, 0.05, "wilson")]}
        for h, n in [(0, 1), (1, 1), (0, 12), (12, 12), (7, 10), (1, 100), (180, 400), (399, 400), (1200, 1500)]
    ],
    "mcnemar": [
        {"gained": g, "lost": l, "pValue": float(mcnemar([[3, g], [l, 5]], exact=True).pvalue)}
        for g, l in [(0, 0), (1, 0), (5, 0), (3, 3), (10, 2), (2, 10), (25, 17), (300, 240), (900, 700), (1300, 5)]
    ],
    "holm": [
        {"pValues": p, "adjusted": [float(x) for x in multipletests(p, method="holm")[1]]}
        for p in ([0.01, 0.04, 0.03], [0.5], [0.001, 0.001, 0.9, 0.2, 0.049], [0.04, 0.02, 0.02, 0.6, 1.0])
    ],
    "passAtK": [
        {"n": n, "passes": c, "k": k, "value": float(1 - Fraction(math.comb(n - c, k), math.comb(n, k)))}
        for n, c, k in [(1, 0, 1), (1, 1, 1), (10, 3, 1), (10, 3, 5), (200, 7, 100), (20, 15, 10), (5, 0, 5)]
    ],
    "scenarios": [
        scenario("many-clusters", clusters=120, per_cluster=5, base=0.3, gain=1.5, spread=1.0),
        scenario("no-change", clusters=60, per_cluster=3, base=0.5, gain=0.0, spread=0.8),
        scenario("few-clusters", clusters=11, per_cluster=4, base=0.4, gain=1.2, spread=0.5),
        scenario("single-items", clusters=150, per_cluster=1, base=0.4, gain=0.6, spread=0.5),
    ],
}
print(json.dumps(golden, separators=(",", ":")))
