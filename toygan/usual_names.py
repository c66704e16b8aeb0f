"""Fields of a recipe by the names that other libraries and papers give them, for whoever types one of those."""

from __future__ import annotations

from collections.abc import Iterable

from toygan.parts.regularizers import REGULARIZERS
from toygan.text import SHOWN, hint

# The names in lower case, without hyphens and underscores, by what they are here.
USUAL = {
    "lr_g or lr_d": "lr learningrate learningrates rate lrs stepsize eta",
    "lr_g": "learningrateg glr lrgen lrgenerator generatorlr genlr",
    "lr_d": "learningrated dlr lrdis lrdisc lrdiscriminator discriminatorlr disclr lrcritic criticlr",
    "width": "hidden hiddensize hiddendim hiddenunits hiddenwidth nhidden units neurons nunits dim nf ngf ndf",
    "depth": "layers nlayers numlayers hiddenlayers nhiddenlayers numhiddenlayers",
    "batch": "batchsize bs minibatch minibatchsize nbatch",
    "data": "dataset datasets distribution target",
    "loss": "criterion objective lossfn lossfunction ganloss ganmode",
    "d_steps": "ncritic criticiters criticsteps ndis diters dupdates ndsteps discriminatorsteps k",
    "g_steps": "ngen giters gupdates ngsteps generatorsteps",
    "latent": "latentdim latentsize zdim zsize nz noisedim z codesize",
    "activation": "act activationfn activationfunction nonlinearity nonlin",
    "optimizer": "opt optim optimiser optimizers",
    "beta1 or beta2": "betas beta b1 b2",
    "generator or discriminator": "network networks net model architecture arch",
    "generator": "gen netg g",
    "discriminator": "critic disc dis netd d",
    "seed": "randomstate randomseed rng seeds manualseed",
    "ema_warmup": "emawarmup updateafterstep emastart",
    "ema": "emadecay movingaverage average averaging",
    "schedule": "scheduler lrschedule lrscheduler lrdecay warmup",
    "turns": "turn order updates updateorder",
    "noise": "prior latentnoise noisetype zdistribution latentdistribution",
    "regularizers": "regularizer regularization regularisation reg penalty penalties",
    'regularizers={"gradient-penalty": 0.1}': "lambda lambdagp gp gpweight gplambda gamma lam",
}
ELSEWHERE = {
    "steps of train, run, sweep or compare": "epochs epoch nepochs numepochs iterations iters niter niters steps "
    "nsteps numsteps numiterations maxsteps maxiter trainsteps",
    "device of Population, train or sweep": "device cuda gpu",
    "dtype of Population": "dtype precision",
}


def suggest(name: str, fields: Iterable[str]) -> str:
    """Return the fields that someone may mean who types this name, as the end of a message; "" if none is near."""
    plain = "".join(letter for letter in name[:SHOWN].lower() if letter.isalnum())
    for meant, usual in USUAL.items():
        if plain in usual.split():
            return f" (did you mean {meant}?)"
    for place, usual in ELSEWHERE.items():
        if plain in usual.split():
            return f" (it is the argument {place})"
    spec = next((spec for spec in REGULARIZERS if plain == spec.replace("-", "")), None)
    return (
        f' (did you mean regularizers={{"{spec}": {REGULARIZERS[spec].strengths[1]:g}}}?)'
        if spec
        else hint(name, fields)
    )
