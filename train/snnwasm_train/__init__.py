"""Trains the networks that snnwasm converts: CIFAR-100 ResNet-18 with internal prediction heads."""
