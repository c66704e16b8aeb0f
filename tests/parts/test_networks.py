"""Networks are pure functions of a member's parameters, and the same ones as PyTorch's."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
from torch import nn

from toygan import NETWORKS, REGULARIZERS, Population, Recipe, RecipeError
from toygan.parts.networks import ACTIVATIONS, MLP, Network, NoDiscriminator, Shape
from toygan.parts.networks.layers import INITS, BatchNormMLP, LayerNormMLP, Maxout, WeightNormMLP
from toygan.parts.networks.plain import Linear, Point, Shift
from toygan.parts.regularizers import Regularizer

MODULES = {
    "relu": nn.ReLU(),
    "leaky-relu": nn.LeakyReLU(0.2),
    "tanh": nn.Tanh(),
    "sigmoid": nn.Sigmoid(),
    "softplus": nn.Softplus(),
    "silu": nn.SiLU(),
}


def started(net: Network, members: int = 3) -> torch.Tensor:
    return torch.stack([net.start(torch.Generator().manual_seed(i)) for i in range(members)])


def points(dim: int, members: int = 3, n: int = 7) -> torch.Tensor:
    return torch.randn(members, n, dim, generator=torch.Generator().manual_seed(99))


def torch_mlp(net: MLP, theta: torch.Tensor, activation: nn.Module) -> nn.Sequential:
    """PyTorch's network with one member's parameters, which theta holds in PyTorch's own order."""
    layers = [module for ins, outs in net.layers for module in (nn.Linear(ins, outs), activation)]
    module = nn.Sequential(*layers[:-1])
    nn.utils.vector_to_parameters(theta, module.parameters())
    return module


def test_every_activation_has_a_reference() -> None:
    assert list(MODULES) == list(ACTIVATIONS)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_an_mlp_is_pytorchs(activation: str, depth: int) -> None:
    net = MLP(3, 2, Shape(5, depth, activation))
    theta, x = started(net), points(3)
    out = net(theta, x)
    assert out.shape == (3, 7, 2)
    for member, its, it in zip(theta, x, out, strict=True):
        torch.testing.assert_close(it, torch_mlp(net, member, MODULES[activation])(its))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_features_are_what_the_last_layer_sees(activation: str) -> None:
    net = MLP(3, 2, Shape(5, 2, activation))
    theta, x = started(net), points(3)
    weight, bias = net.unpack(theta)[-1]
    torch.testing.assert_close(net.features(theta, x) @ weight.mT + bias.mT, net(theta, x))


def test_an_mlp_starts_as_pytorch_starts_it() -> None:
    net = MLP(16, 4, Shape(200, 2, "relu"))
    for (ins, _), weight_and_bias in zip(net.layers, net.unpack(started(net, 1)), strict=True):
        for part in weight_and_bias:
            assert part.abs().max() <= ins**-0.5
        weight = weight_and_bias[0]
        assert weight.var() * ins == pytest.approx(1 / 3, rel=0.1)  # uniform within 1 / sqrt(fan in)
        assert weight.mean().abs() < 5 * weight.std() / weight.numel() ** 0.5


def test_scaling_multiplies_matrices_and_the_output() -> None:
    net = MLP(2, 1, Shape(5, 2, "relu"))
    theta, x = started(net), points(2)
    factors = [torch.tensor([[0.5], [2.0], [1.0]]), torch.ones(3, 1), 3 * torch.ones(3, 1)]
    scaled = net.scale_weights(theta, factors, torch.tensor([[1.0], [2.0], [3.0]]))
    for old, new, factor in zip(net.matrices(theta)[:-1], net.matrices(scaled)[:-1], factors[:-1], strict=True):
        torch.testing.assert_close(new, factor.unsqueeze(-1) * old)
    same = net.scale_weights(theta, [torch.ones(3, 1)] * 3, torch.tensor([[1.0], [2.0], [3.0]]))
    torch.testing.assert_close(net(same, x), torch.tensor([1.0, 2.0, 3.0])[:, None, None] * net(theta, x))


def test_a_linear_network_is_a_matrix() -> None:
    net, x = Linear(2, 1, Shape(1, 0, "relu")), points(2)
    theta = torch.tensor([[1.0, 2.0], [0.0, -1.0], [3.0, 0.5]])
    torch.testing.assert_close(net(theta, x).squeeze(-1), (x * theta.unsqueeze(1)).sum(-1))


def test_a_point_ignores_its_noise_and_a_shift_moves_it() -> None:
    theta, z = torch.tensor([[1.0, 2.0]]), points(2, members=1)
    assert torch.equal(Point(2, 2, Shape(1, 0, "relu"))(theta, z), theta.expand(7, 2)[None])
    assert torch.equal(Shift(2, 2, Shape(1, 0, "relu"))(theta, z), z + torch.tensor([1.0, 2.0]))


def test_a_shift_needs_noise_like_the_data() -> None:
    assert Recipe(generator="shift", latent=2).generator == "shift"
    with pytest.raises(RecipeError, match=r"generator='shift'.*3 dimensions.*latent=2"):
        Recipe(generator="shift", latent=3)


def test_no_discriminator_passes_samples_on() -> None:
    net, x = NoDiscriminator(2, 1, Shape(1, 0, "relu")), points(2)
    assert net(started(net), x) is x


@pytest.mark.parametrize(
    ("name", "role"), [(name, role) for name, spec in NETWORKS.items() for role in spec.kind.roles]
)
def test_every_network_maps_members_one_by_one(name: str, role: str) -> None:
    ins, outs = (2, 2) if role == "generator" else (2, 1)
    net = NETWORKS[name](ins, outs, Shape(4, 1, "relu"))
    theta, x = started(net), points(ins)
    together = net(theta, x)
    assert together.shape == (3, 7, outs)
    assert theta.shape == (3, net.n_params)
    assert net.spread().shape == (net.n_params,)
    if net.per_sample:
        assert torch.equal(net.in_batch(theta, x, x[:, :2]), together)
    else:
        torch.testing.assert_close(net.in_batch(theta, x[:, :2], x), together[:, :2])
    for i in range(3):
        torch.testing.assert_close(net(theta[[i]], x[[i]]), together[[i]])


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_can_take_other_inputs(name: str) -> None:
    net = NETWORKS[name](2, 2, Shape(4, 1, "tanh"))
    assert net.with_inputs(6) == NETWORKS[name](6, 2, Shape(4, 1, "tanh"))
    assert net.inputs == 2 + net.beside


# ------------------------------------------------------------------------------------------- layers of other kinds


def test_batch_norm_is_pytorchs() -> None:
    net = BatchNormMLP(3, 2, Shape(5, 2, "tanh"))
    theta = torch.randn(3, net.n_params, generator=torch.Generator().manual_seed(5))  # gains and biases that show
    x = points(3)
    layers, out = net.unpack(theta), net(theta, x)
    for member in range(3):
        h = x[member]
        for weight, bias, gain in layers[:-1]:
            h = h @ weight[member].T
            h = nn.functional.batch_norm(h, None, None, gain[member, :, 0], bias[member, :, 0], training=True).tanh()
        weight, bias = layers[-1]
        torch.testing.assert_close(out[member], h @ weight[member].T + bias[member].T)


def test_batch_norm_starts_at_mean_0_and_variance_1_and_has_pacgans_parameters() -> None:
    net = BatchNormMLP(2, 2, Shape(400, 4, "relu"))
    assert net.n_params == 484_802  # 2 -> 400 x 4 -> 2 without biases before a norm (Lin et al. 2018, their code)
    hidden = BatchNormMLP(2, 8, Shape(8, 1, "tanh"))
    units = hidden.features(started(hidden), 5 + 3 * points(2, n=50)).atanh()
    torch.testing.assert_close(units.mean(1), torch.zeros(3, 8), atol=1e-5, rtol=0)
    torch.testing.assert_close(units.var(1, correction=0), torch.ones(3, 8), atol=1e-3, rtol=0)


def test_batch_norm_judges_a_point_by_the_batch_it_is_shown_among() -> None:
    net = BatchNormMLP(2, 1, Shape(5, 2, "relu"))
    theta, x, context = started(net), points(2), 3 + points(2, n=20)
    alone = torch.cat([net.in_batch(theta, x[:, [i]], context) for i in range(7)], dim=1)
    torch.testing.assert_close(net.in_batch(theta, x, context), alone)
    assert not torch.allclose(net.in_batch(theta, x, context), net(theta, x), atol=1e-2)


@pytest.mark.parametrize("pieces", [1, 3])
def test_maxout_is_a_plain_loop(pieces: int) -> None:
    net = Maxout(3, 2, Shape(4, 2, "relu"), pieces)
    theta, x = started(net), points(3)
    out = net(theta, x)
    for member, sample in [(0, 0), (2, 6)]:
        h = x[member, sample].tolist()
        for weight, bias in ((w[member], b[member, :, 0]) for w, b in net.unpack(theta)[:-1]):
            lines = [
                sum(float(w) * v for w, v in zip(row, h, strict=True)) + float(b)
                for row, b in zip(weight, bias, strict=True)
            ]
            h = [max(lines[i * pieces : (i + 1) * pieces]) for i in range(4)]
        weight, bias = net.unpack(theta)[-1]
        expected = weight[member] @ torch.tensor(h) + bias[member, :, 0]
        torch.testing.assert_close(out[member, sample], expected)


def test_maxout_has_pacgans_parameters() -> None:
    assert NETWORKS.make("maxout(width=200, depth=3)")(2, 1, Shape(1, 1, "relu")).n_params == 405_201


@pytest.mark.parametrize("name", ["batch-norm-mlp", "maxout", "mlp(scale=0.25)"])
def test_layers_can_be_differentiated_twice(name: str) -> None:
    net = NETWORKS.make(name)(2, 1, Shape(4, 2, "tanh"))
    theta = started(net, 2).double().requires_grad_()
    x = points(2, members=2, n=5).double().requires_grad_()
    assert torch.autograd.gradcheck(net, (theta, x))
    assert torch.autograd.gradgradcheck(net, (theta, x))


def test_the_inputs_are_scaled() -> None:
    plain, scaled = (NETWORKS.make(name)(2, 1, Shape(4, 2, "relu")) for name in ("mlp", "mlp(scale=0.25)"))
    theta, x = started(plain), points(2)
    torch.testing.assert_close(scaled(theta, x), plain(theta, x / 4))


def weights(init: str, gain: float) -> list[torch.Tensor]:
    net = NETWORKS.make(f"mlp(init={init!r}, gain={gain})")(16, 4, Shape(64, 2, "relu"))
    layers = net.unpack(started(net, 1))
    if init != "uniform":
        assert all((bias == 0).all() for _, bias in layers)
    return [weight[0] for weight, _ in layers]


def test_orthogonal_weights_are_orthogonal_times_the_gain() -> None:
    for weight in weights("orthogonal", 0.8):
        product = weight @ weight.T if weight.shape[0] < weight.shape[1] else weight.T @ weight
        torch.testing.assert_close(product, 0.64 * torch.eye(len(product)), atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("init", "gain", "theirs"),
    [
        ("he", 1.0, nn.init.kaiming_uniform_),
        ("normal", 0.02, lambda w: nn.init.normal_(w, std=0.02)),
        ("uniform", 2.0, lambda w: nn.init.uniform_(w, -2 / w.shape[1] ** 0.5, 2 / w.shape[1] ** 0.5)),
    ],
)
def test_initial_weights_are_spread_as_pytorchs(init: str, gain: float, theirs: Any) -> None:
    for weight in weights(init, gain)[:2]:
        reference = theirs(torch.empty(4000, weight.shape[1]))
        assert weight.std() == pytest.approx(float(reference.std()), rel=0.1)
        if init != "normal":
            assert weight.abs().max() == pytest.approx(float(reference.abs().max()), rel=0.05)


def test_every_init_starts_every_network_with_layers() -> None:
    for name in ("mlp", "batch-norm-mlp", "maxout"):
        starts = [started(NETWORKS.make(f"{name}(init={i!r})")(2, 2, Shape(4, 2, "relu")), 1) for i in INITS]
        assert all(torch.isfinite(theta).all() for theta in starts)
        assert len({tuple(theta[0].tolist()) for theta in starts}) == len(INITS)


# ------------------------------------------------------------------------------------------------- specs in a recipe


def test_a_spec_may_differ_from_the_recipe_and_the_players_from_each_other() -> None:
    recipe = Recipe(
        generator="mlp(width=8, depth=1, activation='tanh')",
        discriminator="maxout(width=3, pieces=2)",
        depth=2,
        width=5,
    )
    game = Population(recipe).game
    assert game.generator.network == MLP(2, 2, Shape(8, 1, "tanh"))
    assert game.discriminator.network == Maxout(2, 1, Shape(3, 2, "relu"), 2)
    assert Recipe.from_string(recipe.to_string()) == recipe


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        ("mlp(width=0)", "width=0"),
        ("mlp(depth=99)", "depth=99"),
        ("mlp(width='wide')", "width='wide'"),
        ("mlp(activation='bent')", "relu"),
        ("mlp(init='zeros')", "orthogonal"),
        ("mlp(gain=0)", "gain=0"),
        ("mlp(scale=-1)", "scale=-1"),
        ("maxout(pieces=0)", "pieces=0"),
        ("maxout(activation='relu')", "activation"),
        ("linear(width=3)", "no arguments"),
    ],
)
def test_a_spec_that_cannot_be_is_one_message(spec: str, named: str) -> None:
    with pytest.raises(RecipeError, match=r"^discriminator=") as error:
        Recipe(discriminator=spec)
    assert named in str(error.value)


MLP_ONLY = {"minibatch-discrimination", "minibatch-stddev", "dropout"}
GRADIENT_PENALTIES = {name for name in REGULARIZERS if "gradient-penalty" in name} | {"dragan", "r1", "r2", "roth"}
REFUSED = {
    "maxout": MLP_ONLY,
    "batch-norm-mlp": MLP_ONLY | GRADIENT_PENALTIES | {"spectral-norm"},
    "layer-norm-mlp": MLP_ONLY | {"spectral-norm"},
    "weight-norm-mlp": MLP_ONLY | {"spectral-norm"},
}  # of a discriminator


@pytest.mark.parametrize("network", REFUSED)
@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_every_regularizer_that_is_not_refused_trains(role: str, network: str) -> None:
    refused = REFUSED[network] if role == "discriminator" else set()
    for name in REGULARIZERS.keys() - refused:
        recipe = Recipe(**{role: network}, regularizers={name: REGULARIZERS[name].strengths[1]}, width=4, batch=8)
        p = Population(recipe.seeds(2))
        p.run(5)
        assert all(torch.isfinite(player.theta).all() for player in (p.generator, p.discriminator)), name
        assert torch.isfinite(p.critic(p.generate(16))).all(), name


@pytest.mark.parametrize("network", REFUSED)
def test_a_discriminator_refuses_the_regularizers_that_have_no_meaning_in_it(network: str) -> None:
    for name in REFUSED[network]:
        with pytest.raises(RecipeError, match=rf"{name}.*{network}"):
            Recipe(discriminator=network, regularizers={name: REGULARIZERS[name].strengths[1]})


def test_layer_norm_is_pytorchs() -> None:
    net = LayerNormMLP(3, 2, Shape(5, 2, "tanh"))
    theta = started(net)
    theta = theta + 0.3 * torch.randn(theta.shape, generator=torch.Generator().manual_seed(1))  # gains that are not 1
    x = points(3)
    for member, its, out in zip(theta, x, net(theta, x), strict=True):
        units = its
        *hidden, (last, bias) = [[part[0] for part in layer] for layer in net.unpack(member[None])]
        for weight, shift, gain in hidden:
            units = nn.functional.layer_norm(units @ weight.T, (5,), gain[:, 0], shift[:, 0]).tanh()
        torch.testing.assert_close(out, units @ last.T + bias.T)


def test_weight_norm_is_pytorchs_and_starts_as_the_mlp() -> None:
    net, plain = WeightNormMLP(3, 2, Shape(5, 1, "tanh")), MLP(3, 2, Shape(5, 1, "tanh"))
    theta, x = started(net), points(3)
    torch.testing.assert_close(net(theta, x), plain(started(plain), x))
    lengths = 1 + torch.rand(3, 7, generator=torch.Generator().manual_seed(2))
    theta = torch.cat([theta[:, :-7], lengths], dim=-1)
    for member, its, out, length in zip(theta, x, net(theta, x), lengths, strict=True):
        module = torch_mlp(plain, member[:-7], nn.Tanh())
        for layer, g in ((module[0], length[:5]), (module[2], length[5:])):
            nn.utils.parametrizations.weight_norm(layer)
            layer.parametrizations.weight.original0.data = g[:, None]
        torch.testing.assert_close(out, module(its))


@pytest.mark.parametrize(
    ("output", "of"), [("tanh", torch.tanh), ("sigmoid", torch.sigmoid), ("softplus", nn.functional.softplus)]
)
def test_an_output_activation_and_its_scale_act_on_the_last_layer(output: str, of: Any) -> None:
    net, plain = (
        MLP(3, 2, Shape(5, 2, "relu", **changes)) for changes in ({"output": output, "output_scale": 3.0}, {})
    )
    theta, x = started(plain), points(3)
    torch.testing.assert_close(net(theta, x), 3 * of(plain(theta, x)))


def test_widths_are_those_of_each_hidden_layer_and_the_slope_is_leaky_relus() -> None:
    recipe = Recipe(generator="mlp(widths=(7,3),activation=leaky-relu(slope=0.01))")
    net = recipe.parts.generator
    assert isinstance(net, MLP)
    assert net.layers == [(2, 7), (7, 3), (3, 2)]
    theta, x = started(net), points(2)
    torch.testing.assert_close(net(theta, x)[0], torch_mlp(net, theta[0], nn.LeakyReLU(0.01))(x[0]))
    with pytest.raises(RecipeError, match="give one or the other"):
        Recipe(generator="mlp(widths=(7,3),depth=2)")


def test_dropout_keeps_the_mean_of_every_unit_and_single_points_see_the_whole_d() -> None:
    """With factors 0 and 1/(1 - s) the last layer's mean over many draws is that of the whole D."""
    recipe = Recipe(width=8, depth=1, batch=64)
    p, plain = Population(recipe.but(regularizers={"dropout": 0.5})), Population(recipe)
    p.discriminator.theta = plain.discriminator.theta
    x = points(2, members=1)
    torch.testing.assert_close(p.critic(x), plain.critic(x))
    batch, n = p.batch(), 4000
    judged = p.game.discriminator_pass(p.generator.theta, p.discriminator.theta, batch, x[:, :1].expand(-1, n, -1))
    logits = judged.fake
    assert len(torch.unique(logits)) > 10
    error = float(logits.std()) / n**0.5
    assert float(logits.mean()) == pytest.approx(float(plain.critic(x)[0, 0]), abs=5 * error)


def test_a_penalty_on_ds_slope_does_not_see_the_factors_of_dropout() -> None:
    p = Population(Recipe(width=8, batch=16, regularizers={"dropout": 0.5, "r1": 1.0}))
    c = p.game.judge(p.generator.theta, p.discriminator.theta, p.batch())[1]
    slope = c.input_gradient_real
    assert slope.shape[-1] == 2 + 16
    assert slope[..., :2].abs().max() > 0
    assert slope[..., 2:].abs().max() == 0


def test_a_generator_with_dropout_keeps_the_mean_and_is_random_when_it_is_looked_at() -> None:
    """Of one hidden layer, samples from one latent point have the mean of the whole G, and h (1 - s) / s its spread."""
    recipe = Recipe(width=8, generator="dropout-mlp(depth=1,rate=0.5)")
    p, plain = Population(recipe), Population(Recipe(width=8, depth=1))
    net, n = p.generator.network, 20_000
    assert net.beside == 8
    theta = plain.generator.theta
    assert torch.equal(p.generator.theta, theta)
    z = points(2, members=1)[:, :1].expand(-1, n, -1)
    made = net(theta, torch.cat([z, torch.rand(1, n, 8, generator=torch.Generator().manual_seed(0))], -1))[0]
    whole = plain.generator.network
    assert isinstance(whole, MLP)
    shares = whole.features(theta, z[:, :1])[0] * whole.matrices(theta)[-1][0]  # of each unit in each output
    torch.testing.assert_close(made.mean(0), whole(theta, z[:, :1])[0, 0], atol=0.01, rtol=0)
    torch.testing.assert_close(made.var(0), shares.square().sum(-1), atol=0.01, rtol=0.05)
    assert torch.equal(p.generate(50), p.generate(50))


def test_dropout_of_g_goes_with_a_learned_table_and_not_with_an_encoder() -> None:
    p = Population(Recipe(width=8, generator="dropout-mlp(rate=0.5)", noise="learned-table(n=3)").seeds(2))
    p.run(3)
    assert len(torch.unique(p.generate(50)[0], dim=0)) > 10
    with pytest.raises(RecipeError, match="no code to undo"):
        Recipe(generator="dropout-mlp", regularizers={"veegan": 1.0})
    with pytest.raises(RecipeError, match="cannot be the discriminator"):
        Recipe(discriminator="dropout-mlp")


CHANGING_WHAT_D_SEES = [
    name
    for name, part in REGULARIZERS.items()
    if any(getattr(type(part), hook) is not getattr(Regularizer, hook) for hook in ("networks", "inputs", "point"))
]


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(CHANGING_WHAT_D_SEES, 2)))
def test_two_that_change_what_d_sees_train_together_or_are_refused(one: str, other: str) -> None:
    strengths = {name: REGULARIZERS[name].strengths[1] for name in (one, other)}
    try:
        p = Population(Recipe(width=4, depth=1, batch=16, regularizers=strengths).seeds(2))
    except RecipeError as error:
        pytest.skip(str(error))
    p.run(2)
    assert torch.isfinite(p.critic(points(2, members=1)[0])).all()
