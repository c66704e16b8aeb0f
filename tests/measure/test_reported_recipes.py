"""What people have reported of small GANs can be written as a recipe: it reads, is written alike, and trains."""

from __future__ import annotations

import pytest
import torch

from toygan import Population, Recipe

# By what was out of reach of a recipe once: the thread or paper, and the recipe.
REPORTED = {
    "math.stackexchange 3441335: a linear G on uniform noise": (
        "data=uniform(low=5.0,high=7.0,dim=1)&loss=wasserstein&generator=mlp(depth=0)&latent=1&noise=uniform"
        "&discriminator=mlp(width=2,depth=1,activation=tanh)&optimizer=sgd&lr_g=0.05&lr_d=0.05"
    ),
    "val-iisc/deligan#3: 400 points, tanh output, uniform noise, G only while it loses": (
        "data=training-set(of=ring(k=2,radius=0.8485,sigma=0.15),n=400)&turns=whoever-loses(loss=1.0)&width=32&depth=1"
        "&activation=tanh&generator=mlp(output=tanh)&noise=uniform&batch=50&lr_g=0.0001&lr_d=0.0001&beta2=0.999"
    ),
    "255BITS/ParticleGAN: 20 000 learned latent points": (
        "data=grid(side=10,spacing=1.0,sigma=0.03)&loss=hinge&width=128&depth=3&activation=leaky-relu&latent=2"
        "&noise=learned-table(n=20000)&batch=256"
    ),
    "ganhacks#48: SGD for D, Adam for G": "optimizer_d=sgd(momentum=0.9)&lr_d=0.05",
    "RealnessGAN#9: 14 steps of G": (
        "data=grid(side=3,spacing=2.0,sigma=0.05)&generator=batch-norm-mlp(width=400,depth=4)&g_steps=14"
        "&discriminator=maxout(width=200,depth=3,pieces=5)&batch=100&lr_g=0.0001&lr_d=0.0001&beta1=0.8&beta2=0.999"
    ),
    "ali-pytorch#4: D only while it is losing": "turns=while-losing(accuracy=0.8)",
    "explicit-gan-eval: heavy tails": "data=laplace(mean=1.0,scale=2.0)&latent=1",
    "explicit-gan-eval: skewed": "data=exponential(scale=2.0)&latent=1",
    "AlphaGan: fixed data and noise, cross-entropy on probabilities": (
        "data=training-set(of=ring(radius=1.0,sigma=0.01),n=50000)&noise=table(n=50000)"
        "&loss=probability-cross-entropy(saturating=True)&generator=mlp(width=400,depth=4)"
        "&discriminator=mlp(width=200,depth=4,activation=leaky-relu)&latent=2&lr_g=0.0001&lr_d=0.0001&beta1=0.9"
        "&beta2=0.999"
    ),
    "AlphaGan: alpha of D at .3": "data=ring(radius=1.0,sigma=0.01)&loss=alpha(alpha_d=0.3)",
    "f-wgan: leaky slope of .01, a banana of 5000 points": (
        "data=training-set(of=banana,n=5000)&loss=kl-wasserstein&width=100&activation=leaky-relu(slope=0.01)"
        "&regularizers=spectral-norm:1.0&optimizer=rmsprop&beta2=0.99&lr_g=0.0002&lr_d=0.0002&batch=256&d_steps=5"
    ),
    "f-wgan: cosine": "data=training-set(of=cosine,n=5000)&loss=hinge",
    "f-wgan: funnel": "data=training-set(of=funnel,n=5000)&loss=hinge",
    "f-wgan: a circle": "data=circle(radii=(5.0,),sigma=0.2)&loss=hinge",
    "medgan#13 and others: normalise": "data=standardised(of=ring(radius=50.0,sigma=1.0))",
    "wiseodd#45: discrete data": "data=points(x=((0,0),(1,1),(0,1),(1,0)))&regularizers=instance-noise:0.2&anneal=2000",
    "GAN_stability#22: each its optimizer": "optimizer_g=adam(beta1=0.0,beta2=0.9)&optimizer_d=rmsprop(beta2=0.9)",
    "a mixture with given covariances": (
        "data=mixture2d(means=((0,0),(3,1)),shares=(0.3,0.7),covariances=(0.2,((1.0,0.5),(0.5,1.0))))"
    ),
    "schedules": "schedule=cosine(over=5000)",
}


@pytest.mark.parametrize("what", REPORTED)
def test_it_is_a_recipe_that_trains(what: str) -> None:
    recipe = Recipe.from_string(REPORTED[what])
    assert Recipe.from_string(recipe.to_string()) == recipe
    assert "%" not in recipe.to_string()
    p = Population(recipe.but(batch=min(recipe.batch, 32)))
    p.run(2)
    assert torch.isfinite(p.generate(50)).all()


@pytest.mark.parametrize("loss", ["wasserstein"])
@pytest.mark.parametrize("penalty", ["gradient-penalty", "gradient-penalty-one-sided", "dragan"])
def test_a_penalty_at_slope_0_gives_no_nan(penalty: str, loss: str) -> None:
    """keras-io#910, pytorch#2534: the root of a squared length has no slope at 0; a D of which all units are off."""
    recipe = Recipe(
        loss=loss,
        regularizers={penalty: 10.0},
        discriminator="mlp(width=4,depth=1)",
        d_steps=5,
        lr_g=1e-4,
        lr_d=1e-4,
        beta1=0.0,
        beta2=0.9,
    )
    p = Population(recipe.seeds(8))
    p.discriminator.theta = torch.cat([torch.zeros_like(p.discriminator.theta[:4]), p.discriminator.theta[4:]])
    p.run(20)
    assert (p.diverged_at < 0).all()


def test_old_share_strings_with_quotes_still_read() -> None:
    """As written before names could stand without quotes."""
    old = "data=ring8&generator=mlp(width=5,depth=2,activation=%27tanh%27)&turns=lookahead(of=%27simultaneous%27)"
    assert Recipe.from_string(old).parts.generator.shape.activation == "tanh"
    assert Recipe.from_string(Recipe.from_string(old).to_string()) == Recipe.from_string(old)
