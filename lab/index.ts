/**
 * The experiment's data set, for programs of your own: CIFAR-100 as `snnwasm data cifar100` puts it on disk.
 *
 * @module snnwasm/lab
 */
export type { Cifar100 } from '../src/fit/cifar100.js';
export type { LabelledImage, LabelledImages } from '../src/fit/labelled-images.js';
export { type Cifar100Split, fineLabels, openCifar100 } from './data/cifar100.js';
