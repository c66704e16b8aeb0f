"""Experiments of the literature as recipes: set-up, published numbers, and the differences to ours."""

from __future__ import annotations

from collections.abc import Mapping

from toygan.parts.menu import Menu
from toygan.recipe import Recipe
from toygan.studies.experiment import Method, Published, Reported

MODES = ("modes-covered", "high-quality", "reverse-kl")
PICTURES = "Only pictures are published; we found no table."
FRESH = "They train on {} that are drawn once; ours are fresh in every batch."


def _row(modes: Reported, share: Reported, kl: Reported | None = None) -> dict[str, Reported]:
    """Return a row of a table: modes, high-quality samples in percent, reverse KL."""
    percent = Reported(share.mean / 100, None if share.error is None else share.error / 100)
    return {"modes-covered": modes, "high-quality": percent} | ({"reverse-kl": kl} if kl else {})


# -------------------------------------------------------------------------------------------------- Unrolled GAN's ring

RING = Recipe(
    data="ring(radius=2.0, sigma=0.02)",
    loss="minimax",
    generator="mlp(width=128, depth=2, init='orthogonal', gain=0.8)",
    discriminator="mlp(width=128, depth=1, init='orthogonal', gain=0.8, scale=0.25)",
    latent=256,
    batch=512,
    lr_g=1e-4,
    lr_d=1e-4,
    beta2=0.999,
)
UNROLLED = Published(
    about="a ring of 8: the minimax game, and G trained against the D of some steps ahead",
    source="Metz et al. 2017, Unrolled GAN; numbers: Srivastava et al. 2017 (VEEGAN), table 1",
    methods={
        "GAN": Method(RING, _row(Reported(1), Reported(99.3))),
        "unrolled 5": Method(RING.but(regularizers={"unrolled": 5}), _row(Reported(7.6), Reported(35.6))),
        "unrolled 10": Method(RING.but(regularizers={"unrolled": 10})),
    },
    iterations=25_000,
    budget=300,
    runs=5,
    quantities=MODES,
    differences=(
        "Metz et al. show pictures. The numbers are VEEGAN's for 5 unrolling steps, without a spread; we found neither "
        "its networks nor its rates and iterations.",
        "Data, networks, initial weights, D's input / 4, batch and rates are those of Nagarajan and Kolter's toy code, "
        "which says that they are the Unrolled GAN paper's. The 25,000 iterations are those of the authors' notebook.",
        "That notebook uses tanh, a rate of 1e-3 for G, radius 1 and sigma 0.01, and its ring has 7 modes: its angles "
        "include both 0 and 2 pi.",
    ),
)

# ------------------------------------------------------------------------------------------------------ WGAN-GP's toys

CRITIC = Recipe(
    loss="wasserstein",
    regularizers={"gradient-penalty": 0.1},
    generator="mlp(init='he')",
    discriminator="mlp(init='he')",
    width=512,
    depth=3,
    batch=256,
    d_steps=5,
    lr_g=1e-4,
    lr_d=1e-4,
    beta2=0.9,
)
CLIPPED = {
    "regularizers": {"weight-clipping(relative=False)": 0.01},
    "optimizer": "rmsprop",
    "lr_g": 5e-5,
    "lr_d": 5e-5,
}


def _wgan(about: str, data: str, quantities: tuple[str, ...], difference: str = "") -> Published:
    """Return one of the three toy experiments of their code, with both of its methods."""
    penalised = CRITIC.but(data=data)
    return Published(
        about=f"{about}: a Wasserstein critic with a gradient penalty or with clipped weights",
        source="Gulrajani et al. 2017, WGAN-GP, and its gan_toy.py",
        methods={"WGAN-GP": Method(penalised), "WGAN, clipped": Method(penalised.but(**CLIPPED))},
        iterations=100_000,
        budget=20,
        quantities=quantities,
        differences=(
            PICTURES + " The paper's hold the generator still, at the data with noise, and show the critic; here both "
            "learn, as the code does by default.",
            "Their output layers use Glorot's initial weights, ours He's as all others: 2 / 512 in place of 2 / 514.",
            *([difference] if difference else []),
        ),
    )


# -------------------------------------------------------------------------------------------- PacGAN's ring and grid

PACS = Recipe(
    turns="simultaneous",
    generator="batch-norm-mlp(width=400, depth=4, init='normal', gain=0.02)",
    discriminator="maxout(width=200, depth=3, pieces=5, init='normal', gain=0.02)",
    batch=100,
    lr_g=1e-4,
    lr_d=1e-4,
    beta1=0.8,
    beta2=0.999,
)


def _pacgan(about: str, data: str, reported: Mapping[int, Mapping[str, Reported]]) -> Published:
    """Return a group of columns of their table 1; a pack of 1 is the plain GAN, and D sees 100 packs of each kind."""
    packed = {m: PACS.but(data=data, batch=100 * m, regularizers={"packing": m} if m > 1 else {}) for m in reported}
    return Published(
        about=f"{about}: packs of 2, 3 and 4 samples against single ones",
        source="Lin et al. 2018, PacGAN, table 1, and its code",
        methods={f"PacGAN{m}" if m > 1 else "GAN": Method(packed[m], row) for m, row in reported.items()},
        iterations=400_000,
        budget=50,
        runs=10,
        quantities=MODES,
        differences=(
            FRESH.format("100,000 points"),
            "Batch norm: theirs normalizes each position of a pack separately, over 100 samples, ours all samples of a "
            "batch. Theirs is evaluated with running means, ours with the statistics of the 2500 samples.",
            "Adam's beta2 is not set in their code; we take 0.999.",
            "Their code does not say at which iteration the table was measured; ours is the last iterate.",
            "The table's row for ALI is left out: toygan has no encoder for D without VEEGAN's second term.",
        ),
    )


# ---------------------------------------------------------------------------------------------------- RS-GAN's clusters

CLUSTERS = Recipe(
    data="mixture1d(means=(0.15, 4.15), shares=(0.5, 0.5), widths=(0.0866, 0.0866))",
    generator="mlp(width=5, depth=2, activation='tanh', scale=2.887)",
    discriminator="mlp(width=10, depth=2, activation='sigmoid')",
    latent=1,
    batch=100,
    optimizer="sgd",
    momentum=0.9,
    lr_g=1e-2,
    lr_d=1e-2,
)
BIMODAL = Published(
    about="two clusters on a line: a relativistic D against a D of single samples",
    source="Sun et al. 2020, RS-GAN, and its GAN2_2Cluster.py",
    methods={
        "JS-GAN": Method(CLUSTERS.but(lr_d=5e-3)),
        "RS-GAN": Method(CLUSTERS.but(loss="relativistic")),
        "JS-GAN, whole loss": Method(CLUSTERS),
    },
    iterations=50_000,
    budget=20_000,
    quantities=("modes-covered", "effective-modes", "high-quality"),
    differences=(
        PICTURES,
        "Their clusters are uniform on [0, 0.3] and [4, 4.3]; ours are Gaussians of the same means and deviations.",
        "They learn 100 fixed points from 100 fixed noises, uniform on [-5, 5], always in the same pairs; ours are "
        "fresh in every batch of 100, and the noise is Gaussian of the same deviation.",
        "They take 10 steps of D, then 10 of G, 5,000 times; ours alternate, one step each, 50,000 times.",
        "JS-GAN: they halve D's loss, but not RS-GAN's. We halve D's learning rate, which is the same for plain "
        'gradient descent. "JS-GAN, whole loss" is our control: the same without the half.',
    ),
)

# ------------------------------------------------------------------------------------- (alpha_D, alpha_G)-GAN's ring

RINGS = Recipe(
    data="training-set(of=ring(radius=1.0,sigma=0.01),n=50000)",
    loss="probability-cross-entropy(saturating=True)",
    generator="mlp(width=400,depth=4,activation=relu)",
    discriminator="mlp(width=200,depth=4,activation=leaky-relu)",
    noise="table(n=50000)",
    latent=2,
    batch=128,
    lr_g=1e-4,
    lr_d=1e-4,
    beta1=0.9,
    beta2=0.999,
)
THEIRS = "Welfert et al. 2023, (alpha_D, alpha_G)-GANs, and the results of their code (AlphaGan-Papers-Results)"


def _with_deviation(mean: float, deviation: float, runs: int) -> Reported:
    """Return a mean over runs with a known standard deviation."""
    return Reported(mean, deviation / runs**0.5)


SATURATING = Published(
    about="a ring of 8 under 200 seeds: the saturating loss against the non-saturating one and an alpha-loss",
    source=f"{THEIRS}: ring_S_metrics.csv and ring_NS_metrics.csv",
    methods={
        "saturating": Method(RINGS, _row(_with_deviation(4.70, 3.53, 200), Reported(65))),
        "saturating, alpha_D 0.3": Method(RINGS.but(loss="alpha(alpha_d=0.3)"), _row(Reported(7.57), Reported(92))),
        "non-saturating": Method(
            RINGS.but(loss="probability-cross-entropy"), _row(_with_deviation(5.89, 1.88, 200), Reported(94))
        ),
        "saturating, on logits": Method(RINGS.but(loss="minimax")),
    },
    iterations=156_400,
    budget=300,
    runs=200,
    quantities=MODES,
    differences=(
        "Their runs by the number of modes found, 0 to 8: saturating 59, 2, 9, 10, 8, 8, 4, 7, 93; non-saturating 2, "
        "0, 6, 21, 24, 19, 28, 56, 44; all 8 with alpha_D = 0.3 in 87 % of runs.",
        "They give D and then G the same noise; here each gets its own.",
        'Their loss is the cross-entropy of float32 probabilities. "on logits" is our control: the same game, with '
        "neither the loss nor its gradient rounded away.",
    ),
)


def _depths(g: int, d: int) -> Method:
    """Return a cell of their table; if all runs found all modes, that is a mean of 8 without a spread."""
    recipe = RINGS.but(
        generator=f"mlp(width=400,depth={g},activation=relu)",
        discriminator=f"mlp(width=200,depth={d},activation=leaky-relu)",
    )
    return Method(recipe, {"modes-covered": Reported(8, 0.0)} if d > 1 and g < 3 else {})


DEPTHS = Published(
    about="a ring of 8: 1 to 4 hidden layers of G against 1 to 4 of D, saturating",
    source=f"{THEIRS}: 2Dring_metrics.csv",
    methods={f"G {g}, D {d}": _depths(g, d) for d in range(1, 5) for g in range(1, 5)},
    iterations=156_400,
    budget=50,
    runs=10,
    quantities=MODES,
    differences=(
        "Their modes: with one hidden layer of D and one of G between 1 and 8; with one of D and two to four of G "
        "none in 28 of 30 runs; with two to four of D and one or two of G all 8 in all 60; with a deeper G 0 to 8.",
        "They give D and then G the same noise; here each gets its own.",
    ),
)

PUBLISHED: Menu[Published] = Menu(
    {
        "unrolled-ring": UNROLLED,
        "wgan-gp-ring": _wgan("a ring of 8", "ring(radius=1.4144, sigma=0.01414)", MODES),
        "wgan-gp-grid": _wgan(
            "a grid of 25",
            "grid(spacing=0.7072, sigma=0.01768)",
            MODES,
            FRESH.format("100,000 points, 4,000 of each mode,"),
        ),
        "wgan-gp-swiss-roll": _wgan("a swiss roll", "swiss-roll", ("sliced-w2", "energy-distance")),
        "pacgan-ring": _pacgan(
            "a ring of 8",
            "ring(radius=1.0, sigma=0.01)",
            {
                1: _row(Reported(6.3, 0.5), Reported(98.2, 0.2), Reported(0.45, 0.09)),
                2: _row(Reported(7.9, 0.1), Reported(95.6, 2.0), Reported(0.07, 0.03)),
                3: _row(Reported(7.8, 0.1), Reported(97.7, 0.3), Reported(0.10, 0.02)),
                4: _row(Reported(7.8, 0.1), Reported(95.9, 1.4), Reported(0.07, 0.02)),
            },
        ),
        "pacgan-grid": _pacgan(
            "a grid of 25",
            "grid(spacing=2.0, sigma=0.05)",
            {
                1: _row(Reported(17.3, 0.8), Reported(94.8, 0.7), Reported(0.70, 0.07)),
                2: _row(Reported(23.8, 0.7), Reported(91.3, 0.8), Reported(0.13, 0.04)),
                3: _row(Reported(24.6, 0.4), Reported(94.2, 0.4), Reported(0.06, 0.02)),
                4: _row(Reported(24.8, 0.2), Reported(93.6, 0.6), Reported(0.04, 0.01)),
            },
        ),
        "rs-gan-bimodal": BIMODAL,
        "saturating-ring": SATURATING,
        "depth-ring": DEPTHS,
    }
)
